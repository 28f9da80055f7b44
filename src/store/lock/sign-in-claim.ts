import { createHash } from "node:crypto";
import type { PendingAuthorization } from "../../core/oauth/vault-record.ts";
import type { ProcessIdentity } from "../../core/ports/process-identity.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import type { SignInNotice } from "../../core/ports/vault.ts";
import type { SecureFiles } from "../secure-files.ts";
import { keepHeartbeat, type LockOwner, type OwnerJudge, parseOwner } from "./lock-owner.ts";

interface SignInClaimOptions extends Pick<Runtime, "clock" | "random"> {
  readonly path: string;
  readonly files: SecureFiles;
  readonly identity: ProcessIdentity;
  readonly judge: OwnerJudge;
}

interface Claim extends LockOwner {
  readonly pendingHash: string;
  readonly deadlineMs: number;
  /** The deadline by the computer's running time: a clock that is set does not move it. */
  readonly uptimeDeadlineMs: number;
}

/**
 * Which process waits for a person. The file says who and until when; the authorization URL stays in the
 * encrypted record, whose pending authorization it names by a hash.
 */
export class SignInClaim {
  readonly #options: SignInClaimOptions;
  #mine: { nonce: string; stopBeating: () => void } | undefined;

  constructor(options: SignInClaimOptions) {
    this.#options = options;
  }

  /** Call under the record's lock. */
  async begin(pending: PendingAuthorization): Promise<void> {
    const { path, files, identity, clock, random } = this.#options;
    this.#stop();
    const nonce = random.token(12);
    const claim: Claim = {
      nonce,
      process: identity.self(),
      purpose: "sign-in",
      pendingHash: hashOf(pending),
      deadlineMs: pending.deadlineMs,
      uptimeDeadlineMs: identity.uptimeMs() + pending.deadlineMs - clock.nowMs(),
    };
    await files.write(path, JSON.stringify(claim), { durable: false });
    this.#mine = { nonce, stopBeating: keepHeartbeat(path, clock) };
  }

  /** Call under the record's lock. Nothing happens when it is another process's. */
  async end(): Promise<void> {
    const { path, files } = this.#options;
    const nonce = this.#mine?.nonce;
    if (nonce === undefined) return;
    if ((await this.#read())?.nonce === nonce) await files.remove(path);
    this.#stop();
  }

  /** @param pending of the record now */
  async current(pending: PendingAuthorization | undefined): Promise<SignInNotice | undefined> {
    const claim = await this.#read();
    if (pending === undefined || claim?.pendingHash !== hashOf(pending) || this.#isOver(claim))
      return undefined;
    const { judge, path } = this.#options;
    const ours = claim.nonce === this.#mine?.nonce;
    if (!ours && (await judge.judge(claim, path)) === "dead") return undefined;
    return {
      ours,
      pid: claim.process.pid,
      authorizationUrl: pending.authorizationUrl.reveal(),
      startedAtMs: pending.startedAtMs,
      deadlineMs: pending.deadlineMs,
    };
  }

  async #read(): Promise<Claim | undefined> {
    const text = (await this.#options.files.read(this.#options.path))?.toString("utf8");
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

  #isOver(claim: Claim): boolean {
    const { identity, clock } = this.#options;
    const { bootId } = identity.self();
    const sameBoot = bootId !== undefined && claim.process.bootId === bootId;
    // Written so that a deadline that is no number is over.
    return sameBoot ? !(identity.uptimeMs() < claim.uptimeDeadlineMs) : !(clock.nowMs() < claim.deadlineMs);
  }

  #stop(): void {
    this.#mine?.stopBeating();
    this.#mine = undefined;
  }
}

function hashOf({ state }: PendingAuthorization): string {
  return createHash("sha256").update(state.reveal()).digest("base64url");
}
