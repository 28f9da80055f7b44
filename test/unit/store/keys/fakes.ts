// Hand-written stand-ins for the neighbours of the store's parts.
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Diagnostics } from "../../../../src/core/ports/diagnostics.ts";
import type { Keychain, KeychainObstacle } from "../../../../src/core/ports/keychain.ts";
import type { Random } from "../../../../src/core/ports/random.ts";
import type { StoreKind } from "../../../../src/core/settings.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { keyId } from "../../../../src/store/keys/key-bytes.ts";
import { KeyRing } from "../../../../src/store/keys/key-ring.ts";
import type { ProcessLock } from "../../../../src/store/lock/process-lock.ts";
import type { SecureFiles } from "../../../../src/store/secure-files.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

export const random: Random = {
  token: (bytes) => randomBytes(bytes).toString("base64url"),
  fraction: () => 0.5,
};

export function fakeDiagnostics(): Diagnostics & { readonly notices: string[] } {
  const notices: string[] = [];
  return { enabled: false, event: () => {}, notice: (text) => void notices.push(text), notices };
}

/** Files in a map. */
export function fakeDisk(): Pick<SecureFiles, "read" | "write" | "prepareFolder" | "list" | "setAside"> & {
  readonly files: Map<string, Buffer>;
} {
  const files = new Map<string, Buffer>();
  return {
    files,
    read: async (file) => files.get(file),
    write: async (file, bytes) => void files.set(file, Buffer.from(bytes)),
    prepareFolder: async () => {},
    list: async (folder) =>
      [...files.keys()].filter((file) => path.dirname(file) === folder).map((file) => path.basename(file)),
    async setAside(file) {
      const to = `${file}.broken-then`;
      files.set(to, files.get(file) ?? Buffer.alloc(0));
      files.delete(file);
      return to;
    },
  };
}

export function fakeKeychain(): Keychain & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    getPassword: async (_service, account) => entries.get(account) ?? null,
    setPassword: async (_service, account, password) => void entries.set(account, password),
    deletePassword: async (_service, account) => entries.delete(account),
    findPassword: async () => [...entries.values()][0] ?? null,
    findCredentials: async () => [...entries].map(([account, password]) => ({ account, password })),
  };
}

/** Never held by anybody else. */
export const freeLock: Pick<ProcessLock, "hold"> = {
  hold: (_purpose, _signal, act) => act({ confirm: async () => {} }),
};

const gone = () => Promise.reject<Keychain>(new Error("no keychain here"));

/** One process; `files` and `keychain` may be shared with another. */
export function aProcess(
  kind: StoreKind,
  {
    files = fakeDisk(),
    keychain = gone as () => Promise<Keychain>,
    key = undefined as string | undefined,
    obstacle = undefined as KeychainObstacle | undefined,
    folder = "/data",
  } = {},
) {
  const diagnostics = fakeDiagnostics();
  const clock = manualClock();
  const settings = {
    kind,
    folder,
    profile: "default",
    ...(key === undefined ? {} : { key: new Secret(key) }),
  };
  const keys = new KeyRing({
    settings,
    folder: `${folder}/keys`,
    files,
    lock: freeLock,
    keychain,
    keychainHelp: {
      hasNone: () => obstacle !== undefined,
      ready: async () => {},
      obstacle: async () => obstacle,
    },
    clock,
    random,
    diagnostics,
  });
  return { keys, diagnostics, files, clock };
}

/** As somebody who can write the folder, or gave it to the user: a key file of their own that fits their record. */
export function foreignKeyFile(files: ReturnType<typeof fakeDisk>) {
  const bytes = Buffer.from(random.token(32), "base64url");
  const id = keyId(bytes);
  files.files.set(`/data/keys/${id}.key`, Buffer.from(`${bytes.toString("base64url")}\n`));
  return { source: "file", id } as const;
}
