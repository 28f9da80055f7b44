// Notices when this process should end, whatever tells it so, and makes sure that it does (LIFE-3).
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { Failure } from "../../core/failure/failure.ts";
import { exists } from "./process-identity.ts";

/** `stdin`: the host closed it. `stdout`: the host does not listen any more. `crash`: a bug of ours. */
export type EndReason = "stdin" | "stdout" | "parent" | "crash" | EndSignal;

type EndSignal = (typeof SIGNALS)[number];

export interface Lifecycle {
  /** Why it ends; `undefined` while it does not. */
  readonly reason: EndReason | undefined;
  /** Aborted with a `Failure` INTERRUPTED when the end begins. */
  readonly signal: AbortSignal;
  /**
   * Called once, at once where the end has begun already. Has `HARD_LIMIT_MS` to clean up; after the end of standard
   * input as long as the host reads, and is called again when it stops to, or for another reason.
   */
  onEnd(callback: (reason: EndReason) => void): void;
  /** Takes all watches off; for a command that is done. */
  close(): void;
}

/** What of the process is watched; a test gives its own. */
export type WatchedProcess = Pick<NodeJS.Process, "on" | "off" | "exit" | "kill" | "ppid" | "platform">;

export interface LifecycleOptions {
  readonly process: WatchedProcess;
  /** Given where a host speaks on it: its end is ours. Not for commands that a person runs. */
  readonly host?: { readonly input: Readable; readonly output: Writable };
  /** Pid of the parent as early as it could be read. Default: as it is now. */
  readonly parent?: number | undefined;
  /** Says one line to the person, without secrets. */
  readonly say: (text: string) => void;
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"] as const;
/** Clean-up that hangs is cut off, so that no host waits and no orphan stays. */
export const HARD_LIMIT_MS = 1_800;
const PARENT_POLL_MS = 1_000;
const LOOK_MS = 300;

/** A host that goes away is how a bridge ends well; a signal is an interruption. */
export function exitCodeFor(reason: EndReason): number {
  if (reason === "crash") return 1;
  return reason === "stdin" || reason === "stdout" || reason === "parent" ? 0 : 130;
}

export function watchLifecycle({ process, host, parent = process.ppid, say }: LifecycleOptions): Lifecycle {
  const abort = new AbortController();
  const callbacks: ((reason: EndReason) => void)[] = [];
  const undo: (() => void)[] = [];
  let reason: EndReason | undefined;

  function end(why: EndReason): void {
    const leave = (): never => process.exit(exitCodeFor(reason ?? why));
    // Asked twice by a person: they mean it.
    if (reason !== undefined && why === "SIGINT") leave();
    // Only the end of standard input leaves time that another reason could take away.
    if (reason === why || (reason !== undefined && reason !== "stdin")) return;
    reason ??= why;
    if (why === "stdin" && host?.output instanceof Socket)
      watchReader(host.output, () => tell("stdout"), leave);
    else setTimeout(leave, HARD_LIMIT_MS).unref();
    abort.abort(new Failure("INTERRUPTED", `mcp-drawbridge was interrupted (${why}).`));
    tell(why);
  }

  function tell(why: EndReason): void {
    for (const callback of callbacks) callback(why);
  }

  function crash(error: unknown): void {
    if (reason !== "crash")
      say(`${describeCrash(error)} Please report it; --debug writes a file that helps.`);
    end("crash");
  }

  for (const name of SIGNALS) {
    if (name === "SIGBREAK" && process.platform !== "win32") continue;
    const handler = (): void => end(name);
    process.on(name, handler);
    undo.push(() => process.off(name, handler));
  }
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  undo.push(() => process.off("uncaughtException", crash).off("unhandledRejection", crash));
  if (host !== undefined)
    undo.push(watchHost(host.input, host.output, end), watchParent(process, parent, end));

  return {
    get reason() {
      return reason;
    },
    signal: abort.signal,
    onEnd(callback) {
      callbacks.push(callback);
      if (reason !== undefined) callback(reason);
    },
    close() {
      for (const step of undo.splice(0)) step();
    },
  };
}

function watchHost(input: Readable, output: Writable, end: (why: EndReason) => void): () => void {
  const onEnd = (): void => end("stdin");
  const onBroken = (): void => end("stdout");
  input.on("end", onEnd).on("close", onEnd).on("error", onEnd);
  output.on("error", onBroken).on("close", onBroken);
  // Begins to read, up to the stream's buffer, before anybody listens: what the host says first waits there.
  input.read(0);
  return () => {
    input.off("end", onEnd).off("close", onEnd).off("error", onEnd);
    output.off("error", onBroken).off("close", onBroken);
  };
}

/**
 * A host that closed standard input may still read, and then gets all there is (LIFE-8). Calls `leave` when it took
 * nothing for about as long as `HARD_LIMIT_MS`, be it that there was nothing; `onPause` in time to clean up before.
 */
function watchReader(output: Socket, onPause: () => void, leave: () => void): void {
  let quietMs = 0;
  let lookedMs = performance.now();
  // Node's time-out of a socket comes when not one byte went out for so long, however much was written to it at once;
  // it takes one more look to notice that the first write stands still.
  output.setTimeout(LOOK_MS).on("timeout", () => {
    const nowMs = performance.now();
    quietMs = nowMs - lookedMs < 1.5 * LOOK_MS ? quietMs + LOOK_MS : LOOK_MS;
    lookedMs = nowMs;
    if (quietMs === 2 * LOOK_MS) onPause();
    if (quietMs >= HARD_LIMIT_MS - LOOK_MS) leave();
    output.setTimeout(LOOK_MS);
  });
}

/** A host killed hard may leave our pipes open in its other children. */
function watchParent(process: WatchedProcess, parent: number, end: (why: EndReason) => void): () => void {
  const timer = setInterval(() => {
    // Windows keeps the number of a dead parent.
    if (process.ppid !== parent || (process.platform === "win32" && !exists(parent, process))) end("parent");
  }, PARENT_POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Kind and place of a bug; not its text, which may quote anything. */
function describeCrash(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frame = /^ {4}at (?:async )?(?:([\w.#$<> []+) \()?(?:.*[/\\])?([\w.-]+:\d+:\d+)\)?$/m.exec(stack);
  const place = frame === null ? "" : ` in ${frame[1] ?? "a function"} at ${frame[2] ?? ""}`;
  return `Something unexpected happened inside mcp-drawbridge (${name}${place}).`;
}
