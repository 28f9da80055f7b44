import path from "node:path";
import { emptyRecord, type VaultRecord } from "../../../src/core/oauth/vault-record.ts";
import type { Checkpoint } from "../../../src/core/ports/checkpoint.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Keychain, KeychainHelp } from "../../../src/core/ports/keychain.ts";
import type { ProcessIdentity } from "../../../src/core/ports/process-identity.ts";
import type { Random } from "../../../src/core/ports/random.ts";
import type { Vault } from "../../../src/core/ports/vault.ts";
import type { StoreSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { lazyKeyRing } from "../../../src/store/keys/lazy-key-ring.ts";
import { recordName } from "../../../src/store/record/record-name.ts";
import { createRemoteCache, type ForgettableCache } from "../../../src/store/remote-cache.ts";
import { createVault } from "../../../src/store/vault.ts";
import type { VaultOptions } from "../../../src/store/vault-options.ts";

export interface OpenVault extends Vault {
  readonly remote: string;
  /** What was said to the person. */
  readonly notices: string[];
  /** Names of the events so far. */
  readonly events: string[];
  /** Of the record, whether it exists or not. */
  readonly file: string;
  /** What is remembered of the remote. */
  readonly memory: ForgettableCache;
  readonly memoryFile: string;
  /** Writes a record with this access token, of an account if one is named. */
  save(accessToken: string, account?: string): Promise<void>;
  /** The access token that is saved. */
  saved(): Promise<string | undefined>;
}

export interface OpenVaultOptions extends Partial<StoreSettings> {
  readonly folder: string;
  readonly remote?: string;
  readonly clock?: Clock;
  readonly identity?: ProcessIdentity;
  readonly keychain?: () => Promise<Keychain>;
  readonly keychainHelp?: KeychainHelp;
  readonly checkpoint?: Checkpoint;
  readonly random?: Random;
}

/** A vault with the real neighbours, as a process that starts opens it. Default: the key in a file. */
export function openVault(options: OpenVaultOptions): OpenVault {
  const { folder, remote = "https://example.com/mcp", clock = createSystemClock() } = options;
  const {
    identity = createProcessIdentity(),
    checkpoint = () => {},
    keychain,
    profile = "default",
    random = systemRandom,
  } = options;
  const notices: string[] = [];
  const events: string[] = [];
  const key = { remote, profile };
  const stored: VaultOptions = {
    settings: {
      kind: options.kind ?? "file",
      folder,
      profile,
      ...(options.key === undefined ? {} : { key: options.key }),
    },
    key,
    clock,
    identity,
    checkpoint,
    random,
    diagnostics: {
      enabled: true,
      event: (name) => void events.push(name),
      notice: (text) => void notices.push(text),
    },
    ...(keychain === undefined ? {} : { keychain }),
    ...(options.keychainHelp !== undefined && { keychainHelp: options.keychainHelp }),
  };
  const keys = lazyKeyRing(stored);
  const vault = createVault(stored, keys);
  return {
    ...vault,
    remote,
    notices,
    events,
    file: path.join(folder, "vault", `${recordName(key)}.vault`),
    memory: createRemoteCache(stored, { vault, keys }),
    memoryFile: path.join(folder, "memory", `${recordName(key)}.memory`),
    save: (accessToken, account) =>
      vault.exclusive("exchange", new AbortController().signal, (held) =>
        held.write({ ...recordWith(remote, accessToken), ...(account !== undefined && { account }) }),
      ),
    saved: async () => (await vault.read(new AbortController().signal))?.grant?.accessToken.reveal(),
  };
}

function recordWith(remote: string, accessToken: string): VaultRecord {
  return {
    ...emptyRecord(remote),
    grant: {
      issuer: "https://issuer.example",
      clientId: "client",
      accessToken: new Secret(accessToken),
      tokenType: "Bearer",
      obtainedAtMs: 0,
    },
  };
}
