import { statSync, watch } from "node:fs";
import path from "node:path";
import { unlessAborted, within } from "../core/deadline.ts";
import { type Failure, isFailure } from "../core/failure/failure.ts";
import type { VaultRecord } from "../core/oauth/vault-record.ts";
import type { HeldVault, Vault } from "../core/ports/vault.ts";
import { urlForPeople } from "../core/text/printable.ts";
import type { LazyKeyRing } from "./keys/lazy-key-ring.ts";
import { OwnerJudge } from "./lock/lock-owner.ts";
import { type Held, ProcessLock } from "./lock/process-lock.ts";
import { SignInClaim } from "./lock/sign-in-claim.ts";
import { RecordFile } from "./record/record-file.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { SET_ASIDE, SecureFiles } from "./secure-files.ts";
import type { VaultOptions } from "./vault-options.ts";

/** Waiters look again this often; change notices make it sooner, where the file system sends any. */
const LOOK_AGAIN_MS = 400;

/** The record as a file, for any number of processes. `file` lies in a folder of its kind in `settings.folder`. */
export function createFileVault(options: VaultOptions, file: string, keys: LazyKeyRing): Vault {
  const { key, clock, diagnostics, checkpoint } = options;
  const vaultFolder = path.dirname(file);
  const name = path.basename(file, ".vault");
  const claimFile = path.join(vaultFolder, `${name}.signin`);
  const files = new SecureFiles(options);
  const judge = new OwnerJudge({ ...options, folder: vaultFolder });
  const lock = new ProcessLock({
    ...options,
    path: path.join(vaultFolder, name),
    subject: `the saved sign-in for ${urlForPeople(key.remote)}`,
    judge,
  });
  const record = new RecordFile({ ...options, path: file, files, keys });
  const claim = new SignInClaim({ ...options, path: claimFile, files, judge });
  let swept = false;

  /** A broken file is put where it harms nobody, and is told of; what is left then is truly nothing. */
  async function setAside(): Promise<undefined> {
    const to = await record.setAside();
    diagnostics.notice(
      `The saved sign-in for ${urlForPeople(key.remote)} could not be read; it was set aside as ${to}, and a new one is needed.`,
    );
  }

  const readHeld = (): Promise<VaultRecord | undefined> => record.read().catch(unlessBroken(setAside));

  async function read(signal: AbortSignal): Promise<VaultRecord | undefined> {
    return record.read().catch(
      unlessBroken((error) =>
        lock.hold("set aside", signal, readHeld).catch((second) => {
          // That the folder cannot be written is not the news.
          throw isFailure(second, "LOCAL_VAULT_UNWRITABLE") ? error : second;
        }),
      ),
    );
  }

  function heldVault(held: Held): HeldVault {
    return {
      read: readHeld,
      async write(next) {
        const between = async () => {
          await checkpoint("write.temporary-written");
          await held.confirm();
        };
        await record.write(next, between).catch(
          unlessBroken(async () => {
            await setAside();
            await record.write(next, between);
          }),
        );
        await checkpoint("write.renamed");
      },
      async remove() {
        await held.confirm();
        await record.remove();
        for (const other of await files.list(vaultFolder)) {
          if (other.startsWith(`${path.basename(file)}${SET_ASIDE}`))
            await files.remove(path.join(vaultFolder, other));
        }
      },
      beginSignIn: (pending) => claim.begin(pending),
      endSignIn: () => claim.end(),
      signIn: async () => claim.current((await readHeld())?.pending),
    };
  }

  return {
    read,
    stamp: () => stampOf(file),

    async exclusive(purpose, signal, act) {
      await files.prepareFolder(vaultFolder);
      return lock.hold(purpose, signal, async (held) => {
        if (!swept) {
          swept = true;
          await removeLeftovers(vaultFolder, `${name}.`, path.join(vaultFolder, `${name}.lock`));
        }
        return act(heldVault(held));
      });
    },

    signIn: async (signal) => claim.current((await read(signal))?.pending),

    async changed(signal) {
      signal.throwIfAborted();
      const stop = new AbortController();
      const seen = new Promise<void>((done) => {
        try {
          const watcher = watch(vaultFolder, { persistent: false, signal: stop.signal }, (_kind, changed) => {
            if (changed === null || changed === path.basename(file) || changed === path.basename(claimFile))
              done();
          });
          watcher.on("error", () => {});
        } catch {
          // Unwatchable folders (network shares, no watches left) are looked at all the same.
        }
      });
      try {
        await within(clock, LOOK_AGAIN_MS, unlessAborted(seen, signal), () => {});
      } finally {
        stop.abort();
      }
    },

    async describe() {
      const reference = await record.keyReference();
      return { keySource: reference?.source ?? (await (await keys()).chosen()) ?? "none yet", path: file };
    },
  };
}

/** For `catch`: meets a broken file with `otherwise`, and passes every other failure on. */
function unlessBroken<T>(otherwise: (error: Failure) => Promise<T>): (error: unknown) => Promise<T> {
  return async (error) => {
    if (!isFailure(error, "LOCAL_VAULT_BROKEN")) throw error;
    return otherwise(error);
  };
}

/** One `stat`. A file that cannot be looked at has a stamp too, so that somebody reads it and says why. */
function stampOf(file: string): string | undefined {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.ino}.${found.mtimeNs}.${found.size}`;
  } catch {
    return "unreadable";
  }
}
