// The only place that names real adapters.
import { homedir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Assertions } from "../core/ports/assertions.ts";
import type { Browser, RedirectListeners } from "../core/ports/browser.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { KeychainHelp } from "../core/ports/keychain.ts";
import type { ProcessIdentity } from "../core/ports/process-identity.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { Settings } from "../core/settings.ts";
import { outgoing } from "../core/text/outgoing.ts";
import type { Secret } from "../core/text/secret.ts";
import type { Computer } from "../platform/computer.ts";
import { NodeHttpClient } from "../platform/http/http-client.ts";
import { createDiagnostics } from "../platform/logging/diagnostics.ts";
import { createSystemClock } from "../platform/process/clock.ts";
import { dataFolder as platformDataFolder } from "../platform/process/data-folder.ts";
import { type FilledVariables, fillEnvironment } from "../platform/process/host-environment.ts";
import { type Lifecycle, type WatchedProcess, watchLifecycle } from "../platform/process/lifecycle.ts";
import { createProcessIdentity } from "../platform/process/process-identity.ts";
import { systemRandom } from "../platform/process/random.ts";
import { certificateOrigins } from "./certificate-origins.ts";

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
  /** What `completeEnvironment` did. */
  readonly filled?: FilledVariables;
}

/** Everything that touches the world; each can be replaced. */
export interface Adapters extends Runtime {
  readonly diagnostics: Diagnostics & { close(): void };
  readonly http: HttpClient;
  readonly browser: Browser;
  readonly listeners: RedirectListeners;
  readonly identity: ProcessIdentity;
  readonly assertions: Assertions;
  readonly isPublicHost: (hostname: string) => Promise<boolean>;
  readonly keychainHelp?: KeychainHelp;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** What `doctor` looks at. */
  readonly computer: () => Promise<Computer>;
  /** Watches for the end of the process; `host`: standard input and output belong to a host. Call once. */
  lifecycle(host: boolean): Lifecycle;
}

/** The real ones, but for those that `replaced` names. */
export function adapters(
  settings: Settings,
  { process, parent, env, platform, stdin, stdout, stderr, filled }: ProcessContext,
  replaced: Partial<Adapters> = {},
): Adapters {
  const clock = replaced.clock ?? createSystemClock();
  const diagnostics =
    replaced.diagnostics ??
    createDiagnostics({
      settings: settings.diagnostics,
      folder: settings.store.folder,
      env,
      clock,
      stderr,
    });
  const [host, session] = [filled?.host ?? [], filled?.session ?? []];
  if (host.length + session.length > 0)
    diagnostics.event("environment.filled", { host: host.join(" "), session: session.join(" ") });
  const identity = replaced.identity ?? createProcessIdentity();
  return {
    clock,
    random: systemRandom,
    diagnostics,
    checkpoint: () => {},
    http:
      replaced.http ??
      new NodeHttpClient({
        network: settings.network,
        env,
        clock,
        diagnostics,
        lateAuthorities: host.includes("NODE_EXTRA_CA_CERTS"),
        certificateOrigins: certificateOrigins(settings),
      }),
    // These three are loaded by a sign-in only.
    browser: {
      open: async (url) => {
        const { createSystemBrowser } = await import("../platform/browser/browser.ts");
        const { usedVariables } = settings;
        return createSystemBrowser({ env, platform, diagnostics, usedVariables }).open(url);
      },
    },
    listeners: {
      listen: async (wanted) =>
        (await import("../platform/callback/callback-server.ts")).listen(wanted, clock),
    },
    identity,
    assertions: {
      read: async (source, signal) =>
        (await import("../platform/assertion-source.ts")).assertions.read(source, signal),
    },
    isPublicHost: async (hostname) =>
      (await import("../platform/http/public-address.ts")).isPublicHost(hostname),
    keychainHelp: keychainHelp(env, platform, identity),
    stdin,
    stdout,
    computer: async () =>
      (await import("../platform/computer.ts")).createComputer({
        env,
        platform,
        home: homedir(),
        network: settings.network,
        clock,
      }),
    lifecycle: (host) =>
      watchLifecycle({
        process,
        parent,
        say: (text) => stderr.write(`mcp-drawbridge: ${outgoing(text)}\n`),
        ...(host && { host: { input: stdin, output: stdout } }),
      }),
    ...replaced,
  };
}

/** Where everything is kept when the user names no folder; undefined where there is no home. */
export function dataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const folder = platformDataFolder(env, platform, homedir());
  return path.isAbsolute(folder) ? folder : undefined;
}

export const systemClock: () => Clock = createSystemClock;

/**
 * Fills in what the host kept back, before a keychain is opened, a browser started or a connection made: call it first.
 * What it did belongs into the context of `adapters`. A shell passes on what it has: what a person in a terminal took out
 * of its environment (`unset HTTPS_PROXY`) stays out.
 */
export function completeEnvironment<C extends ProcessContext>(context: C): C {
  const { env, platform, stdin } = context;
  const parent = "isTTY" in stdin && stdin.isTTY === true ? undefined : context.parent;
  return { ...context, filled: fillEnvironment({ env, platform, parent }) };
}

/** A secret of the system's keychain; see `readKeychainSecret`. */
export async function keychainSecret(
  { env, platform }: Pick<ProcessContext, "env" | "platform">,
  service: string,
  account: string,
): Promise<Secret> {
  const [{ readKeychainSecret }, { loadKeychain }] = await Promise.all([
    import("./keychain-secret.ts"),
    import("../store/keys/keychain.ts"),
  ]);
  const help = keychainHelp(env, platform, createProcessIdentity());
  const load = () => help.ready().then(loadKeychain);
  return readKeychainSecret(load, createSystemClock(), service, account, help.obstacle);
}

export function keychainHelp(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  { userId }: Pick<ProcessIdentity, "userId">,
): KeychainHelp {
  let answers: Promise<boolean> | undefined;
  return {
    // On Linux it is a service on the session bus.
    hasNone: () => platform === "linux" && !env.DBUS_SESSION_BUS_ADDRESS,
    async ready() {
      const address = env.DBUS_SESSION_BUS_ADDRESS;
      if (platform !== "linux" || !address) return;
      answers ??= import("../platform/process/session-bus.ts").then(({ busAnswers }) =>
        busAnswers(address, userId),
      );
      if (await answers) return;
      answers = undefined;
      throw new Error("DBus error: the session bus does not answer");
    },
    obstacle: async (error) =>
      (await import("../platform/process/keychain-obstacle.ts")).keychainObstacle(
        env,
        platform,
        userId,
        error,
      ),
  };
}
