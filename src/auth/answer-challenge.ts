// What to do about a 401 or 403 of the remote: take the token somebody got meanwhile, renew, sign in, ask for more
// scope, or say why none of it helps (AUTH-4, TOK-6).
import { Failure, isFailure } from "../core/failure/failure.ts";
import { type Grant, isSameIssuer } from "../core/oauth/oauth-types.ts";
import type { Challenged, Credentials } from "../core/ports/authorizer.ts";
import { printable, quoted, urlForPeople } from "../core/text/printable.ts";
import { withoutEcho } from "../core/text/redaction.ts";
import type { AuthContext } from "./auth-context.ts";
import { defined } from "./protocol/json-members.ts";
import { forbidden, said } from "./protocol/oauth-error.ts";
import { coversScope } from "./protocol/scopes.ts";
import { type ChallengeHints, readHints } from "./protocol/www-authenticate.ts";
import type { Acquire, SignInRequest } from "./sign-in/sign-in-request.ts";
import { fingerprintOf, type TokenSource } from "./token/token-source.ts";

/** A token got in answer to a refusal, and refused itself within this, is not merely old. */
const FRESH_MS = 60_000;
/** A remote that publishes nothing about a sign-in is not asked about it again within this. */
const UNEXPLAINED_MS = 60_000;
/** A remote that is broken for other reasons must not make us ask the issuer all the time. */
const DOUBT_MS = 60_000;
const MAX_WIDENINGS = 2;
const MAX_NONCES = 2;

/** What was refused. */
type Refused = Pick<SignInRequest, "hints" | "cause" | "operation"> & {
  /** Tokens got in answer to such a refusal, by fingerprint, and when. */
  readonly got: Map<string, number>;
};

export class ChallengeAnswers {
  readonly #context: AuthContext;
  readonly #tokens: TokenSource;
  readonly #acquire: Acquire;
  /** Tokens got in answer to a refusal, by fingerprint, and when; the remote has taken none of them yet. */
  readonly #untried = new Map<string, number>();
  /** Those got for the result of a call. The remote takes them, and nothing says that the tool does. */
  readonly #gotForResults = new Map<string, number>();
  /** Step-ups so far, by operation. */
  readonly #widenings = new Map<string, number>();
  /** The last renewal that no refusal asked for. */
  #doubt:
    | { readonly fingerprint: string; readonly atMs: number; readonly renewed: Promise<boolean> }
    | undefined;
  #nonces = 0;
  #unexplainedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(context: AuthContext, tokens: TokenSource, acquire: Acquire) {
    this.#context = context;
    this.#tokens = tokens;
    this.#acquire = acquire;
  }

  /** As `Authorizer.accepted`. */
  accepted(sent: Credentials): void {
    this.#nonces = 0;
    this.#untried.delete(sent.fingerprint);
  }

  /** As `Authorizer.renew`. */
  async renew(sent: Credentials, signal: AbortSignal): Promise<boolean> {
    try {
      const grant = await this.#tokens.current(signal);
      if (grant === undefined) return false;
      const fingerprint = fingerprintOf(grant);
      // Somebody got another token since this request was sent.
      if (fingerprint !== sent.fingerprint) return true;
      const atMs = this.#context.clock.monotonicMs();
      if (this.#doubt !== undefined && atMs - this.#doubt.atMs < DOUBT_MS)
        return this.#doubt.fingerprint === fingerprint && (await this.#doubt.renewed);
      if (grant.refreshToken === undefined) return false;
      this.#context.diagnostics.event("auth.doubted");
      this.#doubt = { fingerprint, atMs, renewed: this.#renewed(grant) };
      return await this.#doubt.renewed;
    } catch (error) {
      if (isFailure(error)) return false;
      throw error;
    }
  }

  async #renewed(grant: Grant): Promise<boolean> {
    const renewal = await this.#tokens.renew(grant.accessToken);
    if (renewal.kind === "sign-in") return false;
    this.#untried.set(fingerprintOf(renewal.grant), this.#context.clock.monotonicMs());
    return true;
  }

  /** As `Authorizer.challenged`. */
  async answer(challenge: Challenged, signal: AbortSignal): Promise<void> {
    const hints = withoutToken(readHints(challenge.wwwAuthenticate), challenge.sent);
    const { status, sent, operation, cause, dpopNonce } = challenge;
    this.#context.diagnostics.event("auth.refused", {
      status,
      operation,
      cause,
      error: hints.error && printable(hints.error, 100),
      scope: hints.scope && printable(hints.scope),
    });
    if (dpopNonce !== undefined) this.#tokens.rememberNonce(dpopNonce);
    if (hints.error === "use_dpop_nonce" && dpopNonce !== undefined && this.#nonces < MAX_NONCES) {
      this.#nonces += 1;
      return;
    }
    const grant = await this.#tokens.current(signal);
    const isSent = grant !== undefined && sent?.fingerprint === fingerprintOf(grant);
    // Somebody got another token since this request was sent; without `sent`, since it went without one.
    if (grant && !isSent && (sent !== undefined || this.#isGood(grant))) return;
    const got = challenge.inResult ? this.#gotForResults : this.#untried;
    const refused = { hints, cause, operation, got };
    if (grant && hints.error === "insufficient_scope" && !(challenge.inResult && isCovered(grant, hints)))
      return this.#widen(grant, refused, signal);
    if (status === 403 && (isSent || !(await this.#isExplained(hints, signal)))) throw forbidden(hints);
    if (grant && isSent) return this.#replace(grant, refused, signal);
    const reason = this.#tokens.endedReason();
    return this.#signIn(
      { hints, cause, operation, badToken: grant?.accessToken, lookAgain: false, reason },
      got,
      signal,
    );
  }

  /** Does the remote publish that it wants a sign-in? Some answer 403 in place of 401 to whom nobody signed in. */
  async #isExplained(hints: ChallengeHints, signal: AbortSignal): Promise<boolean> {
    const { vault, clock } = this.#context;
    if (clock.monotonicMs() < this.#unexplainedUntilMs) return false;
    const { publishesMetadata } = await import("./discovery/discover.ts");
    if (await publishesMetadata(this.#context, hints, await vault.read(signal), signal)) return true;
    this.#unexplainedUntilMs = clock.monotonicMs() + UNEXPLAINED_MS;
    return false;
  }

  #isGood({ expiresAtMs }: Grant): boolean {
    return expiresAtMs === undefined || this.#context.clock.nowMs() < expiresAtMs;
  }

  /** The token was refused: renew it, or sign in anew; a new one that is refused too is explained. */
  async #replace(grant: Grant, refused: Refused, signal: AbortSignal): Promise<void> {
    const { got, ...request } = refused;
    const { hints } = request;
    const again = { ...request, badToken: grant.accessToken, lookAgain: true };
    const madeMs = got.get(fingerprintOf(grant));
    if (madeMs !== undefined && this.#context.clock.monotonicMs() - madeMs < FRESH_MS) {
      if (await this.#issuerChanged(grant, hints, signal)) return this.#signIn(again, got, signal);
      // An old token and one with too little scope look alike to some remotes; this one is not old.
      if (!coversScope(grant.scope, hints.scope)) return this.#widen(grant, refused, signal);
      throw rejected(grant, hints);
    }
    const renewal = await this.#tokens.renew(grant.accessToken);
    if (renewal.kind === "sign-in") return this.#signIn({ ...again, reason: renewal.reason }, got, signal);
    got.set(fingerprintOf(renewal.grant), this.#context.clock.monotonicMs());
  }

  /** Did the remote move to another issuer while we held on to the old one's grant? */
  async #issuerChanged(grant: Grant, hints: ChallengeHints, signal: AbortSignal): Promise<boolean> {
    const { discover } = await import("./discovery/discover.ts");
    const record = await this.#context.vault.read(signal);
    if (record === undefined) return true;
    const found = await discover(this.#context, hints, record, signal);
    return !isSameIssuer(found.issuer, grant);
  }

  async #signIn(signInRequest: SignInRequest, got: Refused["got"], signal: AbortSignal): Promise<void> {
    await this.#acquire(signInRequest);
    const grant = await this.#tokens.current(signal);
    if (grant) got.set(fingerprintOf(grant), this.#context.clock.monotonicMs());
  }

  /** Step-up: one sign-in for everything granted by then and what is asked for now. */
  async #widen(grant: Grant, { hints, cause, operation, got }: Refused, signal: AbortSignal): Promise<void> {
    const { settings } = this.#context;
    const widenings = this.#widenings.get(operation) ?? 0;
    const asked = hints.scope;
    if (asked === undefined || coversScope(grant.scope, asked) || widenings >= MAX_WIDENINGS)
      throw insufficient(hints, grant);
    if (settings.scope !== undefined)
      throw insufficient(hints, grant, "Add the scope to --scope, or leave --scope out.");
    this.#widenings.set(operation, widenings + 1);
    const reason = `It wants more rights: ${printable(asked)}.`;
    const badToken = grant.accessToken;
    const step = { scope: asked, widens: true, lookAgain: false, reason };
    return this.#signIn({ hints, cause, operation, badToken, ...step }, got, signal);
  }
}

/**
 * The Apps SDK's example has this error for whoever is not signed in, and tools repeat it: where no more scope is asked for
 * than there is, it is the token that is not good any more.
 */
function isCovered(grant: Grant, { scope }: ChallengeHints): boolean {
  return scope === undefined || coversScope(grant.scope, scope);
}

/** Some remotes quote the token they refuse, and what they say is shown. */
function withoutToken(hints: ChallengeHints, sent: Credentials | undefined): ChallengeHints {
  const { errorDescription } = hints;
  if (errorDescription === undefined || sent === undefined) return hints;
  return { ...hints, errorDescription: withoutEcho(errorDescription, Object.values(sent.headers)) };
}

function rejected(grant: Grant, hints: ChallengeHints): Failure {
  const { resource, scope } = grant;
  const made = `made for ${resource === undefined ? "no resource" : quoted(urlForPeople(resource))}, with ${scope === undefined ? "no scope" : `the scope ${quoted(scope)}`}`;
  const asks = hints.scope === undefined ? "" : `; the server names the scope ${quoted(hints.scope)}`;
  return new Failure(
    "AUTH_TOKEN_REJECTED",
    `The server refuses a new token${said(hints)}: it was ${made}, by ${quoted(grant.issuer)}${asks}.`,
  );
}

function insufficient(hints: ChallengeHints, grant: Grant, hint?: string): Failure {
  const wants = hints.scope === undefined ? "more than it says" : `the scope ${quoted(hints.scope)}`;
  const has = grant.scope === undefined ? "none" : quoted(grant.scope);
  return new Failure("AUTH_INSUFFICIENT_SCOPE", `The server wants ${wants}, and the sign-in has ${has}.`, {
    status: 403,
    ...defined({ hint }),
  });
}
