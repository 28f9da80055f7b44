// The only place that names real adapters. Production and integration tests call the same function, tests with
// other adapters.
import { homedir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { createAuthorizer } from "../auth/authorizer.ts";
import { type Bridge, createBridge } from "../bridge/bridge.ts";
import type { Browser, RedirectListeners } from "../core/ports/browser.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { ProcessIdentity } from "../core/ports/process-identity.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { SignInControl } from "../core/ports/sign-in-control.ts";
import type { Vault, VaultKey } from "../core/ports/vault.ts";
import type { Settings } from "../core/settings.ts";
import type { Secret } from "../core/text/secret.ts";
import { secretsIn } from "../core/text/secret.ts";
import { createAssertions } from "../platform/assertion-source.ts";
import { createSystemBrowser } from "../platform/browser/browser.ts";
import { createListeners } from "../platform/callback/create-listeners.ts";
import { createHttpClient } from "../platform/http/http-client.ts";
import { createDiagnostics } from "../platform/logging/diagnostics.ts";
import { createSystemClock } from "../platform/process/clock.ts";
import { dataFolder as platformDataFolder } from "../platform/process/data-folder.ts";
import {
  type Lifecycle,
  type LifecycleOptions,
  type WatchedProcess,
  watchLifecycle,
} from "../platform/process/lifecycle.ts";
import { createProcessIdentity } from "../platform/process/process-identity.ts";
import { createSystemRandom } from "../platform/process/random.ts";
import { recordName } from "../store/record/record-name.ts";
import { createRemoteCache, createVolatileRemoteCache } from "../store/remote-cache.ts";
import type { SavedRecord } from "../store/saved-records.ts";
import { createVault } from "../store/vault.ts";
import { givenAuthorization } from "./given-authorization.ts";

/** The process the program runs in. */
export interface ProcessContext {
  readonly process: WatchedProcess;
  /** Pid of the parent when the program began: it may be dead by the time anybody watches. */
  readonly parent?: number;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Everything that touches the world; each can be replaced. */
export interface Adapters extends Runtime {
  readonly diagnostics: Diagnostics & { close(): void };
  readonly http: HttpClient;
  readonly browser: Browser;
  readonly listeners: RedirectListeners;
  readonly identity: ProcessIdentity;
}

/** What the use-cases work with. */
export interface Parts extends Adapters {
  readonly vault: Vault;
  /** Of all remotes, not only this one. */
  savedRecords(): Promise<SavedRecord[]>;
  readonly authorizer: SignInControl;
  /** Watches for the end of the process; `host`: standard input and output belong to a host. Call once. */
  lifecycle(host: boolean): Lifecycle;
  /** Call once: it takes standard input and output. */
  bridge(): Bridge;
}

export function compose(
  settings: Settings,
  { process, parent, env, platform, stdin, stdout, stderr }: ProcessContext,
  replaced: Partial<Adapters> = {},
  key: VaultKey = vaultKey(settings),
): Parts {
  const { remote, headers, network } = settings;
  const clock = replaced.clock ?? createSystemClock();
  const random = replaced.random ?? createSystemRandom();
  const diagnostics =
    replaced.diagnostics ??
    createDiagnostics({
      settings: settings.diagnostics,
      folder: settings.store.folder,
      env,
      clock,
      stderr,
      secrets: secretsIn(settings),
    });
  const http = replaced.http ?? createHttpClient({ network, env, clock, diagnostics });
  const identity = replaced.identity ?? createProcessIdentity();
  const checkpoint = replaced.checkpoint ?? (() => {});
  const browser = replaced.browser ?? createSystemBrowser({ env, platform, diagnostics });
  const listeners = replaced.listeners ?? createListeners({ clock });
  const vault = createVault({
    settings: settings.store,
    key,
    clock,
    random,
    diagnostics,
    checkpoint,
    identity,
  });
  const authorizer = headers.some(({ name }) => name === "authorization")
    ? givenAuthorization()
    : createAuthorizer({
        settings: settings.auth,
        remote,
        vault,
        http,
        clock,
        random,
        browser,
        listeners,
        diagnostics,
        checkpoint,
        assertions: createAssertions(),
      });
  const adapters: Adapters = { clock, random, diagnostics, http, browser, listeners, identity, checkpoint };
  return {
    ...adapters,
    vault,
    savedRecords: async () =>
      (await import("../store/saved-records.ts")).savedRecords({
        settings: settings.store,
        clock,
        random,
        diagnostics,
        identity,
      }),
    authorizer,
    lifecycle: (host) => {
      const say: LifecycleOptions["say"] = (text) => stderr.write(`mcp-drawbridge: ${text}\n`);
      return watchLifecycle({
        process,
        parent,
        say,
        ...(host && { host: { input: stdin, output: stdout } }),
      });
    },
    bridge: () =>
      createBridge({
        remote,
        headers,
        settings: settings.session,
        network,
        input: stdin,
        output: stdout,
        authorizer,
        http,
        clock,
        random,
        diagnostics,
        memory:
          settings.store.kind === "memory"
            ? createVolatileRemoteCache()
            : createRemoteCache({
                path: path.join(settings.store.folder, "memory", `${recordName(key)}.json`),
                diagnostics,
              }),
      }),
  };
}

/** Names the record in the vault: see VAULT-3 for what belongs to it, and what must not. */
function vaultKey({ remote, store, auth }: Settings): VaultKey {
  const clientChoice = auth.staticClient?.clientId ?? auth.clientMetadataUrl?.href;
  return {
    remote: remote.canonical,
    profile: store.profile,
    ...(auth.resource !== undefined && { resource: auth.resource }),
    ...(clientChoice !== undefined && { clientChoice }),
  };
}

/** Where everything is kept when the user names no folder; undefined where there is no home. */
export function dataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const folder = platformDataFolder(env, platform, homedir());
  return path.isAbsolute(folder) ? folder : undefined;
}

export const systemClock: () => Clock = createSystemClock;

/** A secret of the system's keychain; see `readKeychainSecret`. */
export async function keychainSecret(service: string, account: string): Promise<Secret> {
  const [{ readKeychainSecret }, { loadKeychain }] = await Promise.all([
    import("./keychain-secret.ts"),
    import("../store/keys/keychain.ts"),
  ]);
  return readKeychainSecret(loadKeychain, createSystemClock(), service, account);
}
