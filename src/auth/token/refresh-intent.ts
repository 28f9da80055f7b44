// What is written of a refresh token before it is sent and when no tokens came back, for every process to read (TOK-5).
import { createHash } from "node:crypto";
import type { RefreshIntent, VaultRecord } from "../../core/oauth/vault-record.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Secret } from "../../core/text/secret.ts";

/** Before the second try of a token; doubled with each. */
export const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Of what an issuer asks for with `Retry-After`. */
const LONGEST_ASKED_MS = 300_000;

/** The tries of the refresh token that is saved now. */
export class RefreshTries {
  readonly #hash: string;
  readonly #clock: Clock;
  /** As the last try left it. */
  readonly earlier: RefreshIntent | undefined;

  constructor(refreshToken: Secret, { refreshIntent }: VaultRecord, clock: Clock) {
    this.#clock = clock;
    this.#hash = createHash("sha256").update(refreshToken.reveal()).digest("base64url");
    this.earlier = refreshIntent?.refreshTokenHash === this.#hash ? refreshIntent : undefined;
  }

  /** With the one that begins now. */
  get count(): number {
    return (this.earlier?.attempts ?? 0) + 1;
  }

  /** An earlier try got no answer, so this token may have been spent by it. */
  get isInDoubt(): boolean {
    return this.earlier !== undefined && this.earlier.unspent === undefined;
  }

  /** What is left of the pause that the last try began, in whatever process. */
  get waitMs(): number {
    const waitMs = (this.earlier?.retryAtMs ?? 0) - this.#clock.nowMs();
    // More than was ever written means that the clock was set.
    return waitMs <= LONGEST_ASKED_MS ? Math.max(waitMs, 0) : 0;
  }

  /** To be saved before the token is sent. */
  begun(): RefreshIntent {
    return { refreshTokenHash: this.#hash, startedAtMs: this.#clock.nowMs(), attempts: this.count };
  }

  /**
   * To be saved when it was sent to no avail.
   * @param got `trouble`: the issuer said that it has done nothing
   * @param askedMs the issuer's `Retry-After`
   */
  paused(
    got: "trouble" | "no answer",
    askedMs = 0,
  ): { readonly intent: RefreshIntent; readonly afterMs: number } {
    const ownMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.count - 1, 20), LONGEST_PAUSE_MS);
    const afterMs = Math.max(ownMs, Math.min(askedMs, LONGEST_ASKED_MS));
    const retryAtMs = this.#clock.nowMs() + afterMs;
    const isUnspent = got === "trouble" && !this.isInDoubt;
    return { intent: { ...this.begun(), retryAtMs, ...(isUnspent ? { unspent: true } : {}) }, afterMs };
  }
}

export function withIntent(record: VaultRecord, intent: RefreshIntent | undefined): VaultRecord {
  const { refreshIntent: _, ...rest } = record;
  return intent === undefined ? rest : { ...rest, refreshIntent: intent };
}
