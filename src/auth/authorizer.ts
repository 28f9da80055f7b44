// Signs requests to one remote and answers its refusals: the auth layer as the rest of the program sees it.
import { Failure } from "../core/failure.ts";
import type { Assertions } from "../core/ports/assertions.ts";
import type { Authorizer, Challenged } from "../core/ports/authorizer.ts";
import type { Browser, RedirectListeners } from "../core/ports/browser.ts";
import type { Checkpoint } from "../core/ports/checkpoint.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { Random } from "../core/ports/random.ts";
import type { Vault } from "../core/ports/vault.ts";
import type { RemoteUrl } from "../core/remote-url.ts";
import type { AuthSettings } from "../core/settings.ts";
import { readHints } from "./challenge.ts";
import type { AuthContext } from "./context.ts";
import { createIssuerHttp } from "./issuer-http.ts";
import { QUIRKS, type Quirk } from "./quirks.ts";
import { createReach } from "./reach.ts";
import { renew } from "./refresh.ts";
import { Refusals } from "./refusals.ts";
import { type SignInState, signIn } from "./sign-in.ts";
import type { SignInWish } from "./sign-in-wish.ts";
import { TokenSource } from "./token-source.ts";

export interface AuthorizerOptions {
  readonly settings: AuthSettings;
  readonly remote: RemoteUrl;
  readonly vault: Vault;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly browser: Browser;
  readonly listeners: RedirectListeners;
  readonly diagnostics: Diagnostics;
  readonly checkpoint: Checkpoint;
  /** Needed for machine grants only. */
  readonly assertions?: Assertions;
  /** Default: the ones we know. */
  readonly quirks?: readonly Quirk[];
}

/** The authorizer of one remote. Loads and requests nothing until it is needed. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const context = contextOf(options);
  const closing = new AbortController();
  const state: SignInState = { current: undefined };
  let running: Promise<void> | undefined;

  const tokens = new TokenSource(context, (seen, signal) => renew(context, seen, signal));

  /** One sign-in at a time; who comes while it goes on shares it. */
  function acquire(wish: SignInWish): Promise<void> {
    if (running) return running;
    const work = signIn(context, state, wish, closing.signal);
    // It opens nothing, so what a host asks for must not end with it.
    if (wish.cause === "background") return work;
    running = work.finally(() => {
      running = undefined;
    });
    running.catch(() => {}); // Whoever waited may have left.
    return running;
  }

  const refusals = new Refusals(context, tokens, acquire);

  return {
    credentials: (request, signal) => tokens.credentials(request, signal),
    async challenged(challenge: Challenged, signal) {
      closing.signal.throwIfAborted();
      await unlessAborted(refusals.answer(challenge, readHints(challenge.wwwAuthenticate)), signal);
    },
    accepted: (sent, dpopNonce) => refusals.accepted(sent, dpopNonce),
    inProgress: () => state.current,
    async close() {
      closing.abort(new Failure("INTERRUPTED", "The program ends."));
      await running?.catch(() => {});
    },
  };
}

function contextOf(options: AuthorizerOptions): AuthContext {
  const { settings, remote, quirks = QUIRKS, assertions = NO_ASSERTIONS } = options;
  const reach = createReach(remote, settings);
  return { ...options, quirks, assertions, reach, http: createIssuerHttp({ ...options, reach }) };
}

const NO_ASSERTIONS: Assertions = {
  async read() {
    throw new Failure("USAGE_BAD_ARGUMENT", "Assertions cannot be read here.");
  },
};

/** `work` goes on for others when one caller leaves. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
