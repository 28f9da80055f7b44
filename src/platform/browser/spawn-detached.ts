// Starts the programs that open a browser. Loaded only for that.
import { type ChildProcess, spawn } from "node:child_process";
import { codeOf } from "../../core/errno.ts";
import type { BrowserCommand } from "./browser-command.ts";

/** `"started"`: it runs, or ended well. Anything else says why not: an error code or `exit 3`. */
export type SpawnResult = "started" | (string & {});

/** Openers that fail do so at once; one that still runs after this has become, or waits for, a browser. */
const VERDICT_MS = 1_500;

/** Resolves when the program runs on, or has ended. */
export async function spawnDetached({ program, args, folder }: BrowserCommand): Promise<SpawnResult> {
  const options = { stdio: "ignore", detached: true, windowsHide: true, shell: false } as const;
  let child: ChildProcess;
  try {
    child = spawn(program, args, folder === undefined ? options : { ...options, cwd: folder });
  } catch (error) {
    return whyNot(error);
  }
  const failed = await new Promise<SpawnResult | undefined>((resolve) => {
    child.once("error", (error) => resolve(whyNot(error)));
    child.once("spawn", () => resolve(undefined));
  });
  return failed ?? verdict(child);
}

/** Leaves it to the `open` package, as `spawnDetached` otherwise. */
export async function openByPackage(url: URL): Promise<SpawnResult> {
  const { default: open } = await import("open");
  try {
    return await verdict(await open(url.href));
  } catch (error) {
    return whyNot(error);
  }
}

function verdict(child: ChildProcess): Promise<SpawnResult> {
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

function whyNot(error: unknown): string {
  return codeOf(error) ?? "it did not start";
}
