// The token for each request: from memory while the record is unchanged, renewed when due (TOK-1, TOK-3).
import { within } from "../../core/deadline.ts";
import { Failure, isFailure } from "../../core/failure/failure.ts";
import { sha256Of } from "../../core/hash.ts";
import { type Grant, isUsable } from "../../core/oauth/oauth-types.ts";
import type { Authorizer, Credentials } from "../../core/ports/authorizer.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { defined } from "../protocol/json-members.ts";
import type { DpopKey } from "../protocol/oauth-sdk.ts";
import type { Later, Renewal } from "./refresh.ts";

/**
 * Asks for a new grant in place of the one with this access token, without a person. No caller can call it off: the
 * answer to a refresh token that was sent is everybody's.
 */
export type Renew = (seen: Secret) => Promise<Renewal | Later>;

/** The request that credentials are for. */
type RequestLine = Parameters<Authorizer["credentials"]>[0];

/** After a renewal that could not be asked for, none is tried for this long; doubled each time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Nobody waits longer for a renewal that goes on: it may take as long as the issuer lets the request hang. */
const PATIENCE_MS = 5_000;

/** While nobody is signed in, requests do not look for so long whether somebody is: a remote that wants it refuses one. */
const PUBLIC_MS = 1_000;

const NOT_SIGNED_IN = { credentials: undefined };

export class TokenSource {
  readonly #context: AuthContext;
  readonly #renew: Renew;
  #cached: { readonly stamp: string | undefined; readonly grant: Grant | undefined } | undefined;
  #plain: { readonly grant: Grant; readonly credentials: Credentials } | undefined;
  #renewing: { readonly seen: Secret; readonly result: Promise<Renewal> } | undefined;
  #pause: { readonly untilMs: number; readonly lengthMs: number; readonly failure: Failure } | undefined;
  /** Cannot be renewed, and why. */
  #ended: { readonly accessToken: Secret; readonly reason: string } | undefined;
  #dpop: { readonly serialized: Secret; readonly key: DpopKey } | undefined;
  #nonce: string | undefined;
  #publicUntilMs = 0;

  constructor(context: AuthContext, renew: Renew) {
    this.#context = context;
    this.#renew = renew;
  }

  /** The grant saved now. One `stat` while nothing changed. */
  async current(signal: AbortSignal): Promise<Grant | undefined> {
    const { vault } = this.#context;
    let stamp = vault.stamp();
    if (this.#cached === undefined || this.#cached.stamp !== stamp) {
      // Before the first read the stamp tells nothing; and it has to be older than what it stands for.
      if (stamp === "unread") {
        await vault.read(signal);
        stamp = vault.stamp();
      }
      const record = stamp === undefined ? undefined : await vault.read(signal);
      this.#cached = { stamp, grant: record?.grant };
    }
    return this.#cached.grant;
  }

  /** What `credentials` would give, where nothing has to be read, renewed or signed for it: for nearly every request. */
  known(request: RequestLine): { readonly credentials: Credentials | undefined } | undefined {
    const { vault, remote, clock } = this.#context;
    if (request.url.origin !== remote.url.origin) return undefined;
    const isPublic = this.#cached !== undefined && this.#cached.grant === undefined;
    if (isPublic && clock.monotonicMs() < this.#publicUntilMs) return NOT_SIGNED_IN;
    if (this.#cached?.stamp !== vault.stamp()) return undefined;
    this.#publicUntilMs = clock.monotonicMs() + PUBLIC_MS;
    const grant = this.#cached?.grant;
    if (grant === undefined) return this.#cached && NOT_SIGNED_IN;
    return this.#plain?.grant === grant && isUsable(grant, clock.nowMs()) ? this.#plain : undefined;
  }

  /** As `Authorizer.credentials`. */
  async credentials(request: RequestLine, signal: AbortSignal): Promise<Credentials | undefined> {
    // A token for the remote is for nobody else, whatever a caller asks (TOK-1).
    if (request.url.origin !== this.#context.remote.url.origin) return undefined;
    let grant = await this.current(signal);
    if (grant && !isUsable(grant, this.#context.clock.nowMs())) grant = await this.#fresh(grant);
    return grant && this.#credentialsOf(grant, request);
  }

  /** Why the saved sign-in cannot be renewed, if that is so. */
  endedReason(): string | undefined {
    return this.#ended?.reason;
  }

  /**
   * Renews the grant with this access token; all callers share one request.
   * @throws Failure of the issuer's or the network's trouble, for a pause the same one again without a request; what
   * `renew` of refresh.ts throws. Nothing is lost: whoever needs the token asks again
   */
  async renew(seen: Secret): Promise<Renewal> {
    const { clock } = this.#context;
    if (this.#ended?.accessToken.equals(seen)) return { kind: "sign-in", reason: this.#ended.reason };
    if (this.#pause && clock.monotonicMs() < this.#pause.untilMs) throw this.#pause.failure;
    if (!this.#renewing?.seen.equals(seen)) {
      const result = this.#attempt(seen).finally(() => {
        this.#renewing = undefined;
      });
      this.#renewing = { seen, result };
    }
    return within(clock, PATIENCE_MS, this.#renewing.result, () => {
      throw stillAsking();
    });
  }

  /** Resolves when no renewal is going on. */
  async settled(): Promise<void> {
    await this.#renewing?.result.catch(() => {});
  }

  /** `DPoP-Nonce` of an answer of the remote. */
  rememberNonce(nonce: string): void {
    this.#nonce = nonce;
  }

  /** @returns undefined when the request should go without: the 401 that follows leads to a sign-in */
  async #fresh(grant: Grant): Promise<Grant | undefined> {
    // Renewed a little before its end, so a failure does not matter yet.
    const still = this.#context.clock.nowMs() < (grant.expiresAtMs ?? 0) ? grant : undefined;
    try {
      const renewal = await this.renew(grant.accessToken);
      return renewal.kind === "renewed" ? renewal.grant : still;
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (still) return still;
      throw new Failure(error.code, error.message, {
        hint: error.hint,
        cause: error,
        // Whatever the issuer received, the remote has not been sent the request that this is for.
        received: "no",
        ...defined({ status: error.status }),
      });
    }
  }

  async #attempt(seen: Secret): Promise<Renewal> {
    let renewal: Renewal | Later;
    try {
      renewal = await this.#renew(seen);
    } catch (error) {
      if (isFailure(error)) this.#startPause(error);
      throw error;
    }
    if (renewal.kind === "later") {
      this.#startPause(renewal.failure, renewal.afterMs);
      throw renewal.failure;
    }
    this.#pause = undefined;
    if (renewal.kind === "sign-in") this.#ended = { accessToken: seen, reason: renewal.reason };
    return renewal;
  }

  #startPause(failure: Failure, afterMs?: number): void {
    const { clock, diagnostics } = this.#context;
    const doubledMs = Math.min((this.#pause?.lengthMs ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS);
    const lengthMs = afterMs ?? doubledMs;
    this.#pause = { untilMs: clock.monotonicMs() + lengthMs, lengthMs, failure };
    diagnostics.event("token.renewal.failed", { code: failure.code, pauseMs: Math.round(lengthMs) });
  }

  async #credentialsOf(grant: Grant, request: RequestLine): Promise<Credentials> {
    const token = this.#context.settings.useIdToken
      ? (grant.idToken ?? grant.accessToken)
      : grant.accessToken;
    if (grant.dpopKey)
      return { headers: await this.#bound(grant.dpopKey, token, request), fingerprint: fingerprintOf(grant) };
    if (this.#plain?.grant !== grant) {
      const credentials: Credentials = {
        headers: { authorization: `Bearer ${token.reveal()}` },
        fingerprint: fingerprintOf(grant),
      };
      this.#plain = { grant, credentials };
    }
    return this.#plain.credentials;
  }

  async #bound(
    serialized: Secret,
    token: Secret,
    { method, url }: RequestLine,
  ): Promise<Credentials["headers"]> {
    if (!this.#dpop?.serialized.equals(serialized)) {
      const { openDpopKey } = await import("../protocol/oauth-sdk.ts");
      this.#dpop = { serialized, key: await openDpopKey(serialized) };
    }
    const accessToken = token.reveal();
    const proven = { htm: method, htu: url, accessToken, ...defined({ nonce: this.#nonce }) };
    const dpop = await this.#dpop.key.session.buildProof(proven);
    return { authorization: `DPoP ${accessToken}`, dpop };
  }
}

function stillAsking(): Failure {
  return new Failure("AUTH_REFRESH_FAILED", "The issuer has not answered the request for a new token yet.");
}

/** Names a grant by its access token, without revealing it. */
export function fingerprintOf({ accessToken }: Grant): string {
  return sha256Of(accessToken.reveal()).toString("base64url", 0, 12);
}
