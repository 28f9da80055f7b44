// Opens the person's browser, without a shell (AUTH-7, AUTH-12).
import { type ChildProcess, spawn } from "node:child_process";
import { Failure } from "../core/failure.ts";
import type { Browser } from "../core/ports/browser.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import { isLoopbackHost } from "../core/remote-url.ts";
import { printable } from "../core/text.ts";
import { type BrowserCommand, planBrowser } from "./browser-command.ts";
import { lookAround, type Surroundings, systemLook, wayToBrowser } from "./surroundings.ts";

export interface SystemBrowserOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly diagnostics: Diagnostics;
  /** Default: found out when a browser is first needed. */
  readonly surroundings?: Surroundings;
  /** Default: `startCommand`. */
  readonly start?: (command: BrowserCommand) => Promise<Outcome>;
  /** Default: the `open` package. */
  readonly openBySystem?: (url: URL) => Promise<Outcome>;
}

/** `"started"`: it runs, or ended well. Anything else says why not: an error code or `exit 3`. */
export type Outcome = "started" | (string & {});

/** Openers that fail do so at once; one that still runs after this has become, or waits for, a browser. */
const VERDICT_MS = 1_500;

export function createSystemBrowser(options: SystemBrowserOptions): Browser {
  const { env, platform, diagnostics } = options;
  const start = options.start ?? startCommand;
  const openBySystem = options.openBySystem ?? openByPackage;
  return {
    async open(url) {
      refuseUnsafe(url);
      const surroundings = options.surroundings ?? lookAround(systemLook(env, platform));
      const plan = planBrowser(url, env, platform, surroundings);
      const hint = wayToBrowser(surroundings, url);
      // Here `xdg-open` would find a text browser at best, and on a Mac the screen of somebody else.
      const elsewhere = surroundings.ssh && (surroundings.headless || platform === "darwin");
      if (plan === "system" && (elsewhere || (surroundings.container && surroundings.headless))) {
        throw noBrowser("there is no screen here", hint);
      }
      const why = plan === "system" ? await openBySystem(url) : await startFirst(plan, start);
      diagnostics.event("browser.opened", {
        by: plan === "system" ? platform : plan[0]?.program,
        outcome: why,
      });
      if (why !== "started") throw noBrowser(why, hint);
    },
  };
}

async function startFirst(
  plan: readonly BrowserCommand[],
  start: (command: BrowserCommand) => Promise<Outcome>,
): Promise<Outcome> {
  let why: Outcome = "BROWSER names no program";
  for (const command of plan) {
    why = await start(command);
    if (why === "started") return why;
  }
  return why;
}

/** Resolves when the program runs on, or has ended. */
export async function startCommand({ program, args, folder }: BrowserCommand): Promise<Outcome> {
  const options = { stdio: "ignore", detached: true, windowsHide: true, shell: false } as const;
  let child: ChildProcess;
  try {
    child = spawn(program, args, folder === undefined ? options : { ...options, cwd: folder });
  } catch (error) {
    return errorCode(error);
  }
  const failed = await new Promise<Outcome | undefined>((resolve) => {
    child.once("error", (error) => resolve(errorCode(error)));
    child.once("spawn", () => resolve(undefined));
  });
  return failed ?? verdict(child);
}

async function openByPackage(url: URL): Promise<Outcome> {
  const { default: open } = await import("open");
  try {
    return await verdict(await open(url.href));
  } catch (error) {
    return errorCode(error);
  }
}

function verdict(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    const ended = (code: number | null, signal: string | null): void => {
      clearTimeout(timer);
      resolve(code === 0 ? "started" : `exit ${code ?? signal}`);
    };
    const timer = setTimeout(() => {
      child.off("exit", ended);
      child.unref();
      resolve("started");
    }, VERDICT_MS);
    child.once("exit", ended);
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
  });
}

/** Checked before, and again here: this is the last place before another program reads it. */
function refuseUnsafe(url: URL): void {
  const fine = url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
  if (fine && url.username === "" && url.password === "") return;
  throw new Failure(
    "AUTH_INSECURE_ENDPOINT",
    `A browser is not opened for this kind of address (${printable(url.protocol, 30)}//…).`,
  );
}

function noBrowser(why: string, hint: string | undefined): Failure {
  return new Failure(
    "AUTH_BROWSER_FAILED",
    `No browser could be opened: ${printable(why, 80)}.`,
    hint === undefined ? {} : { hint },
  );
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "it did not start";
}
