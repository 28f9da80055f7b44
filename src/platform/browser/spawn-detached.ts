// Starts the programs that open a browser. Loaded only for that.
import { type ChildProcess, spawn } from "node:child_process";
import { codeOf } from "../../core/errno.ts";
import type { BrowserCommand } from "./browser-command.ts";

/** `"started"`: it runs, or ended well. Anything else says why not: an error code or `exit 3`. */
export type SpawnResult = "started" | (string & {});

/** Openers that fail do so at once; one that still runs after this has become, or waits for, a browser. */
const VERDICT_MS = 1_500;

/**
 * Resolves when the program runs on, or has ended.
 * @param env all that the program gets
 */
export async function spawnDetached(
  { program, args, folder }: BrowserCommand,
  env: NodeJS.ProcessEnv,
): Promise<SpawnResult> {
  const options = { stdio: "ignore", detached: true, windowsHide: true, shell: false, env } as const;
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

/**
 * Leaves it to the `open` package, as `spawnDetached` otherwise. What that starts inherits the process's environment, so
 * `withheld` is taken out until it runs.
 */
export async function openByPackage(address: string, withheld: readonly string[]): Promise<SpawnResult> {
  const { default: open } = await import("open");
  const kept = withheld.map((name) => [name, process.env[name]] as const);
  let child: ChildProcess;
  try {
    for (const name of withheld) delete process.env[name];
    child = await open(address);
  } catch (error) {
    return whyNot(error);
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
  }
  return verdict(child);
}

function verdict(child: ChildProcess): Promise<SpawnResult> {
  return new Promise((resolve) => {
    const ended = (code: number | null, signal: string | null): void => {
      clearTimeout(timer);
      resolve(code === 0 ? "started" : `exit ${code ?? signal ?? "unknown"}`);
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
