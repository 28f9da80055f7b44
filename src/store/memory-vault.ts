import { unlessAborted, within } from "../core/deadline.ts";
import { Failure } from "../core/failure/failure.ts";
import type { PendingAuthorization, VaultRecord } from "../core/oauth/vault-record.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { HeldVault, SignInNotice, Vault, VaultKey } from "../core/ports/vault.ts";
import { Mutex } from "./lock/mutex.ts";

const LOOK_AGAIN_MS = 1_000;

/** `--store memory`: the record lives and dies with this process, and no other sees it. */
export function createMemoryVault(
  key: VaultKey,
  { clock, processId }: { readonly clock: Clock; readonly processId: number },
): Vault {
  const mutex = new Mutex();
  let record: VaultRecord | undefined;
  let claimed: PendingAuthorization | undefined;
  let version = 0;
  let waiting: (() => void)[] = [];

  function change() {
    version += 1;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  async function signIn(): Promise<SignInNotice | undefined> {
    const pending = record?.pending;
    if (claimed === undefined || pending === undefined || !pending.state.equals(claimed.state))
      return undefined;
    if (clock.nowMs() >= pending.deadlineMs) return undefined;
    const { startedAtMs, deadlineMs } = pending;
    const authorizationUrl = pending.authorizationUrl.reveal();
    return { ours: true, pid: processId, authorizationUrl, startedAtMs, deadlineMs };
  }

  const held: HeldVault = {
    read: async () => record,
    async write(next) {
      if (next.remote !== key.remote)
        throw new Failure("LOCAL_BUG", "A record of another remote was to be saved.");
      record = next;
      change();
    },
    async remove() {
      record = undefined;
      change();
    },
    async beginSignIn(pending) {
      claimed = pending;
      change();
    },
    async endSignIn() {
      claimed = undefined;
      change();
    },
    signIn,
  };

  return {
    read: async () => record,
    stamp: () => (record === undefined ? undefined : String(version)),
    exclusive: (_purpose, signal, act) => mutex.take(signal, () => act(held)),
    signIn,
    async changed(signal) {
      const woken = new Promise<void>((done) => waiting.push(done));
      await within(clock, LOOK_AGAIN_MS, unlessAborted(woken, signal), () => {});
    },
    describe: async () => ({ keySource: "memory" }),
  };
}
