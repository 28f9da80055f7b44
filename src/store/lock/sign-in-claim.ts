import { createHash } from "node:crypto";
import type { PendingAuthorization } from "../../core/oauth/vault-record.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { ProcessIdentity } from "../../core/ports/process-identity.ts";
import type { Random } from "../../core/ports/random.ts";
import type { SignInNotice } from "../../core/ports/vault.ts";
import type { SecureFiles } from "../secure-files.ts";
import { keepHeartbeat, type LockOwner, type OwnerJudge, parseOwner } from "./lock-owner.ts";

/**
 * Which process waits for a person. The file says who and until when; the authorization URL stays in the
 * encrypted record, whose pending authorization it names by a hash.
 */
export interface SignInClaim {
  /** Call under the record's lock. */
  begin(pending: PendingAuthorization): Promise<void>;
  /** Call under the record's lock. Nothing happens when it is another process's. */
  end(): Promise<void>;
  /** @param pending of the record now */
  current(pending: PendingAuthorization | undefined): Promise<SignInNotice | undefined>;
}

export interface SignInClaimOptions {
  readonly path: string;
  readonly files: SecureFiles;
  readonly identity: ProcessIdentity;
  readonly judge: OwnerJudge;
  readonly clock: Clock;
  readonly random: Random;
}

interface Claim extends LockOwner {
  readonly pendingHash: string;
  readonly deadlineMs: number;
  /** The deadline by the computer's running time: a clock that is set does not move it. */
  readonly uptimeDeadlineMs: number;
}

export function createSignInClaim(options: SignInClaimOptions): SignInClaim {
  const { path, files, identity, judge, clock, random } = options;
  let mine: { nonce: string; stopBeating: () => void } | undefined;

  async function read(): Promise<Claim | undefined> {
    const text = (await files.read(path))?.toString("utf8");
    const owner = text === undefined ? undefined : parseOwner(text);
    if (text === undefined || owner === undefined) return undefined;
    const { pendingHash, deadlineMs, uptimeDeadlineMs } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pendingHash !== "string") return undefined;
    return {
      ...owner,
      pendingHash,
      deadlineMs: Number(deadlineMs),
      uptimeDeadlineMs: Number(uptimeDeadlineMs),
    };
  }

  function isOver(claim: Claim): boolean {
    const { bootId } = identity.self();
    const sameBoot = bootId !== undefined && claim.process.bootId === bootId;
    // Written so that a deadline that is no number is over.
    return sameBoot ? !(identity.uptimeMs() < claim.uptimeDeadlineMs) : !(clock.nowMs() < claim.deadlineMs);
  }

  function stop() {
    mine?.stopBeating();
    mine = undefined;
  }

  return {
    async begin(pending) {
      stop();
      const nonce = random.token(12);
      const claim: Claim = {
        nonce,
        process: identity.self(),
        purpose: "sign-in",
        pendingHash: hashOf(pending),
        deadlineMs: pending.deadlineMs,
        uptimeDeadlineMs: identity.uptimeMs() + pending.deadlineMs - clock.nowMs(),
      };
      await files.writeVolatile(path, `${path}.${nonce}.tmp`, JSON.stringify(claim));
      mine = { nonce, stopBeating: keepHeartbeat(path, clock) };
    },

    async end() {
      const nonce = mine?.nonce;
      if (nonce === undefined) return;
      if ((await read())?.nonce === nonce) await files.remove(path);
      stop();
    },

    async current(pending) {
      const claim = await read();
      if (claim === undefined || pending === undefined || claim.pendingHash !== hashOf(pending))
        return undefined;
      const ours = claim.nonce === mine?.nonce;
      if (isOver(claim)) return undefined;
      if (!ours && (await judge.judge(claim, path)) === "dead") return undefined;
      return {
        ours,
        pid: claim.process.pid,
        authorizationUrl: pending.authorizationUrl.reveal(),
        startedAtMs: pending.startedAtMs,
        deadlineMs: pending.deadlineMs,
      };
    },
  };
}

function hashOf({ state }: PendingAuthorization): string {
  return createHash("sha256").update(state.reveal()).digest("base64url");
}
