// What a sign-in would meet, step by step, without making one: for `doctor`. Registers nothing, opens nothing, saves nothing.
import { type Failure, isFailure } from "../core/failure/failure.ts";
import type { ClientRegistration, Discovery } from "../core/oauth/oauth-types.ts";
import { emptyRecord } from "../core/oauth/vault-record.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { RemoteChallenge } from "../core/ports/sign-in-control.ts";
import type { AuthContext } from "./auth-context.ts";
import type { AuthorizerOptions } from "./authorizer.ts";
import { selectClient } from "./client/select-client.ts";
import { discover } from "./discovery/discover.ts";
import { checkPkce } from "./discovery/issuer-metadata.ts";
import { EndpointPolicy } from "./protocol/endpoint-policy.ts";
import { IssuerHttp, type IssuerRequest } from "./protocol/issuer-http.ts";
import { QUIRKS } from "./protocol/issuer-quirks.ts";
import { chooseScope } from "./protocol/scopes.ts";
import { type ChallengeHints, readHints } from "./protocol/www-authenticate.ts";
import { openCallbackListener } from "./sign-in/browser/callback-listener.ts";
import { redirectCandidates } from "./sign-in/browser/redirect-uri.ts";
import { SignInState } from "./sign-in-state.ts";

/** A document that was asked for. */
export interface AskedDocument {
  readonly url: URL;
  readonly ms: number;
  /** Absent: no answer came. */
  readonly status?: number;
  /** Of the issuer, not of the remote. */
  readonly ofIssuer: boolean;
}

export interface SignInInspection {
  readonly hints: ChallengeHints;
  readonly asked: readonly AskedDocument[];
  readonly discovery?: Discovery;
  /** Why there is no `discovery`. */
  readonly failure?: Failure;
  readonly pkce?: Failure | "announced";
  readonly scope?: string | undefined;
  /** How a client would be had, or why there is none. */
  readonly client?: Failure | { readonly by: ClientRegistration["origin"]; readonly known: boolean };
  /** The redirect that would be listened at, or why it cannot be. */
  readonly redirect?: Failure | string;
}

/** @throws the reason of the signal; what is no `Failure` */
export async function inspectSignIn(
  options: Omit<AuthorizerOptions, "http"> & { readonly http: HttpClient },
  challenge: RemoteChallenge,
  signal: AbortSignal,
): Promise<SignInInspection> {
  const { settings, remote, quirks = QUIRKS, clock } = options;
  const policy = new EndpointPolicy(remote, settings);
  const http = new WatchedHttp({ ...options, policy });
  const context: AuthContext = { ...options, quirks, policy, http, signInState: new SignInState() };
  const hints = readHints(challenge.wwwAuthenticate);
  const saved = (await options.vault.read(signal)) ?? emptyRecord(remote.canonical);
  const discovery = await orFailure(discover(context, hints, saved, signal));
  if (isFailure(discovery)) return { hints, asked: http.asked, failure: discovery };
  const { issuer, resourceMetadata } = discovery;
  const fixed = settings.scope ?? undefined;
  const scope = chooseScope({
    fixed,
    wanted: hints.scope,
    resourceMetadata,
    issuer,
    omitOfflineAccess: false,
  });
  const chosen = await orFailure(
    (async () => selectClient(settings, saved, discovery, scope, clock.nowMs()))(),
  );
  const pkce = await orFailure((async () => checkPkce(issuer, quirks))());
  return {
    hints,
    asked: http.asked,
    discovery,
    pkce: isFailure(pkce) ? pkce : "announced",
    scope,
    ...(isFailure(chosen) ? { client: chosen } : { client: clientWords(chosen) }),
    ...(settings.grantType.kind === "authorization_code" && {
      redirect: await redirectOf(
        context,
        !isFailure(chosen) && chosen.kind === "use" ? chosen.client : undefined,
      ),
    }),
  };
}

function clientWords(chosen: ReturnType<typeof selectClient>) {
  if (chosen.kind === "use") return { by: chosen.client.origin, known: true };
  return chosen.kind === "document"
    ? { by: "metadata-document" as const, known: true }
    : { by: "dynamic" as const, known: false };
}

/** Listens for a moment where the sign-in would. */
async function redirectOf(
  context: AuthContext,
  client: ClientRegistration | undefined,
): Promise<Failure | string> {
  const { settings, remote } = context;
  const candidates = redirectCandidates(settings.redirect, client?.redirectUris ?? [], remote.canonical);
  const listener = await orFailure(openCallbackListener(context, candidates));
  if (isFailure(listener)) return listener;
  await listener.close();
  return listener.uri;
}

async function orFailure<T>(step: Promise<T>): Promise<T | Failure> {
  try {
    return await step;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}

/** Notes what was asked for. */
class WatchedHttp extends IssuerHttp {
  readonly asked: AskedDocument[] = [];
  readonly #clock: AuthContext["clock"];

  constructor(options: ConstructorParameters<typeof IssuerHttp>[0]) {
    super(options);
    this.#clock = options.clock;
  }

  override async send(request: IssuerRequest): ReturnType<IssuerHttp["send"]> {
    const startedMs = this.#clock.monotonicMs();
    const ofIssuer = request.step.includes("issuer");
    const note = (more: { status?: number }): void => {
      const ms = Math.round(this.#clock.monotonicMs() - startedMs);
      this.asked.push({ url: request.url, ms, ofIssuer, ...more });
    };
    try {
      const answer = await super.send(request);
      note({ status: answer.status });
      return answer;
    } catch (error) {
      note({});
      throw error;
    }
  }
}
