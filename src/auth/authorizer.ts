// Signs requests to one remote and answers its refusals: the auth layer as the rest of the program sees it.
import { unlessAborted, within } from "../core/deadline.ts";
import { Failure } from "../core/failure/failure.ts";
import type { Challenged } from "../core/ports/authorizer.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { SignInControl } from "../core/ports/sign-in-control.ts";
import type { ChallengeAnswers } from "./answer-challenge.ts";
import type { AuthContext } from "./auth-context.ts";
import { EndpointPolicy } from "./protocol/endpoint-policy.ts";
import { IssuerHttp } from "./protocol/issuer-http.ts";
import type { Quirk } from "./protocol/issuer-quirks.ts";
import type { SignInRequest } from "./sign-in/sign-in-request.ts";
import { SignInLog } from "./sign-in-log.ts";
import { SignInState } from "./sign-in-state.ts";
import { TokenSource } from "./token/token-source.ts";

export interface AuthorizerOptions extends Omit<AuthContext, "http" | "policy" | "quirks" | "signInState"> {
  readonly http: HttpClient;
  /** Default: the ones we know. */
  readonly quirks?: readonly Quirk[];
}

/** How long the end of the program waits for a renewal that is under way; most answer sooner. */
const LEAVING_MS = 400;

// What a start does not need is loaded when it is (promise 7).
const machine = () => import("./sign-in/machine/machine-grant.ts");

/** The authorizer of one remote. Loads and requests nothing until it is needed. */
export function createAuthorizer(options: AuthorizerOptions): SignInControl {
  const { settings, remote } = options;
  const policy = new EndpointPolicy(remote, settings);
  const log = new SignInLog(options.diagnostics);
  const { diagnostics } = log;
  const http = new IssuerHttp({ ...options, diagnostics, http: log.http(options.http), policy });
  const signInState = new SignInState();
  const context: AuthContext = { ...options, diagnostics, policy, http, signInState };
  const closing = new AbortController();
  const renewals = new AbortController();
  let running: Promise<void> | undefined;

  const { kind } = settings.grantType;
  const namedByUser =
    (settings.issuer ?? settings.staticClient?.issuer ?? settings.givenIssuer) !== undefined;
  const isMachine = kind === "client_credentials" || kind === "identity_assertion";
  const tokens = new TokenSource(context, async (seen) =>
    isMachine
      ? (await machine()).renewMachineGrant(context, seen, renewals.signal)
      : (await import("./token/refresh.ts")).renew(context, seen, renewals.signal),
  );

  /** One sign-in at a time; who comes while it goes on shares it, and if it brings too little, has one of its own after it. */
  function acquire(signInRequest: SignInRequest): Promise<void> {
    if (running) return signInRequest.widens ? running.then(() => acquire(signInRequest)) : running;
    const start = (): Promise<void> =>
      isMachine
        ? machine().then(({ acquireMachineGrant }) =>
            acquireMachineGrant(context, signInRequest, closing.signal),
          )
        : import("./sign-in/sign-in.ts").then(({ signIn }) => signIn(context, signInRequest, closing.signal));
    // It opens nothing, so what a host asks for must not end with it.
    if (signInRequest.cause === "background") return start();
    running = log.during(start).finally(() => {
      running = undefined;
    });
    running.catch(() => {}); // Whoever waited may have left.
    return running;
  }

  let challengeAnswers: ChallengeAnswers | undefined;
  async function answers(): Promise<ChallengeAnswers> {
    const { ChallengeAnswers } = await import("./answer-challenge.ts");
    challengeAnswers ??= new ChallengeAnswers(context, tokens, acquire);
    return challengeAnswers;
  }

  return {
    credentials(request, signal) {
      const known = signal.aborted ? undefined : tokens.known(request);
      if (known) return Promise.resolve(known.credentials);
      return unlessAborted(tokens.credentials(request, signal), signal);
    },
    async challenged(challenge: Challenged, signal) {
      // As with `printf ... | mcp-drawbridge`, which ends before a person could have signed in.
      if (closing.signal.aborted)
        throw new Failure("AUTH_SIGN_IN_REQUIRED", "Sign-in required.", {
          hint: "Run `mcp-drawbridge login` with the same address and flags first.",
        });
      const { status, operation, correlation } = challenge;
      context.diagnostics.event("signin.challenged", { message: correlation, status, operation });
      await unlessAborted((await answers()).answer(challenge, signal), signal);
    },
    async renew(sent, signal) {
      if (closing.signal.aborted) return false;
      return unlessAborted((await answers()).renew(sent, signal), signal);
    },
    accepted(sent, dpopNonce) {
      challengeAnswers?.accepted(sent);
      if (dpopNonce !== undefined) tokens.rememberNonce(dpopNonce);
    },
    inProgress: () => signInState.current && { ...signInState.current, namedByUser },
    onSignIn: (listener) => void signInState.listeners.push(listener),
    async signIn(wanted, signal) {
      const { login } = await import("./sign-in/login.ts");
      return login(context, tokens, acquire, wanted, signal);
    },
    signOut: async (signal) => (await import("./token/revoke.ts")).signOut(context, signal),
    async close() {
      const ends = new Failure("INTERRUPTED", "The program ends.");
      closing.abort(ends);
      // A refresh token that was sent, and whose answer nobody reads, would be in doubt with the next start.
      const settled = Promise.all([tokens.settled(), running?.catch(() => {})]);
      await within(context.clock, LEAVING_MS, settled, () => {});
      renewals.abort(ends);
    },
  };
}
