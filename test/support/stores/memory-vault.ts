// A vault in memory that several "processes" of one test share. One holds it at a time; a killed one loses its claim.

import type { PendingAuthorization, VaultRecord } from "../../../src/core/oauth/vault-record.ts";
import type { SecretOwners } from "../../../src/core/ports/secret-owners.ts";
import type { HeldVault, SignInNotice, Vault } from "../../../src/core/ports/vault.ts";
import { createVolatileSecretOwners } from "../../../src/store/secret-owners.ts";

export interface SharedVault {
  /** The record as saved now. */
  record: VaultRecord | undefined;
  /** Every record that was saved, in order. */
  readonly history: readonly VaultRecord[];
  /** They outlive the record. */
  readonly owners: SecretOwners;
  /** The vault as one more process sees it. */
  process(): Vault & { /** As `kill -9`: its claim and its hold are void. */ kill(): void };
}

export function sharedVault(start?: VaultRecord): SharedVault {
  const history: VaultRecord[] = [];
  const owners = createVolatileSecretOwners();
  let record = start;
  let version = 1;
  let pids = 1_000;
  let claim: { readonly pid: number; readonly pending: PendingAuthorization } | undefined;
  let turn: Promise<void> = Promise.resolve();
  let watchers: (() => void)[] = [];

  function changed(): void {
    version += 1;
    const called = watchers;
    watchers = [];
    for (const watcher of called) watcher();
  }

  function notice(pid: number): SignInNotice | undefined {
    const pending = record?.pending;
    if (!claim || !pending || !claim.pending.state.equals(pending.state)) return undefined;
    return {
      ours: claim.pid === pid,
      pid: claim.pid,
      authorizationUrl: pending.authorizationUrl.reveal(),
      startedAtMs: pending.startedAtMs,
      deadlineMs: pending.deadlineMs,
    };
  }

  function process(): ReturnType<SharedVault["process"]> {
    const pid = pids++;
    let dead = false;
    let letGo = (): void => {};
    const held: HeldVault = {
      read: async () => record,
      async write(next) {
        if (dead) return new Promise(() => {});
        record = next;
        history.push(next);
        changed();
      },
      async remove() {
        record = undefined;
        changed();
      },
      async beginSignIn(pending) {
        if (dead) return new Promise(() => {});
        claim = { pid, pending };
        changed();
      },
      async endSignIn() {
        if (claim?.pid === pid) claim = undefined;
        changed();
      },
      signIn: async () => notice(pid),
    };
    return {
      read: async () => record,
      stamp: () => (record === undefined ? undefined : String(version)),
      async exclusive(_purpose, signal, act) {
        const before = turn;
        let done = (): void => {};
        turn = new Promise((resolve) => {
          done = resolve;
        });
        await before;
        if (dead) {
          done();
          return new Promise(() => {});
        }
        letGo = done;
        try {
          signal.throwIfAborted();
          return await act(held);
        } finally {
          done();
        }
      },
      signIn: async () => notice(pid),
      changed: (signal) =>
        new Promise((resolve, reject) => {
          signal.throwIfAborted();
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          watchers.push(resolve);
        }),
      describe: async () => ({ keySource: "memory" }),
      kill() {
        dead = true;
        if (claim?.pid === pid) claim = undefined;
        letGo();
        changed();
      },
    };
  }

  return {
    get record() {
      return record;
    },
    set record(next) {
      record = next;
      changed();
    },
    history,
    owners,
    process,
  };
}
