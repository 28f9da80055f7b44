// Where the program says what it does: a file for --debug, stderr for `DEBUG` and for people. All of it redacted.
import type { Writable } from "node:stream";
import { codeOf } from "../../core/errno.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Diagnostics, EventFields } from "../../core/ports/diagnostics.ts";
import type { DiagnosticsSettings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { printable } from "../../core/text/printable.ts";
import { Redactor } from "../../core/text/redaction.ts";
import { VERSION } from "../../core/version.ts";
import { DebugFile } from "./debug-file.ts";
import { EventLimit } from "./event-limit.ts";

interface DiagnosticsOptions {
  readonly settings: DiagnosticsSettings;
  /** The log goes to `logs` below it. */
  readonly folder: string;
  /** The process's own: `DEBUG` in it is narrowed to our names. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly stderr: Writable;
}

interface SystemDiagnostics extends Diagnostics {
  /** Of the --debug file; `undefined` without one. */
  readonly path: string | undefined;
  close(): void;
}

const MAX_FIELD = 2_000;
/** Of the lines' format, as README documents it: `trace` reads this one, and releases to come will. */
export const LOG_VERSION = 1;

/**
 * A line of the file: `{ time, at, pid, event, ...fields }`; `time` is ISO 8601, `at` milliseconds since the start.
 * Never throws: where the file cannot be written, that is said once and the program goes on without.
 */
export function createDiagnostics(options: DiagnosticsOptions): SystemDiagnostics {
  const { settings, clock, stderr, env } = options;
  const redactor = new Redactor();
  const names = narrowDebug(env);
  const toStderr = names === undefined ? undefined : createLateStderr(stderr, names);
  const startedMs = clock.monotonicMs();
  const limit = new EventLimit();
  let file: DebugFile | undefined;
  // A host that closed our stderr must not end us.
  stderr.on("error", () => undefined);

  function say(text: string, kind?: "error"): void {
    if (settings.silent && kind === undefined) return;
    stderr.write(`mcp-drawbridge: ${outgoing(text)}\n`);
  }

  function event(name: string, fields: EventFields = {}): void {
    if (file === undefined && toStderr === undefined) return;
    const monotonicMs = clock.monotonicMs();
    tellDropped(monotonicMs);
    // Before anything is done with it: hiding secrets is what costs.
    if (limit.admits(name)) write(name, fields, monotonicMs);
  }

  function tellDropped(monotonicMs: number, untilMs = monotonicMs): void {
    for (const [of, dropped] of limit.ended(untilMs)) write("log.dropped", { of, dropped }, monotonicMs);
  }

  function write(name: string, fields: EventFields, monotonicMs: number): void {
    const clean = redacted(redactor, fields);
    toStderr?.(name, clean);
    if (file === undefined) return;
    const nowMs = clock.nowMs();
    const at = Math.round((monotonicMs - startedMs) * 100) / 100;
    const line = { time: new Date(nowMs).toISOString(), at, pid: process.pid, event: name, ...clean };
    try {
      file.write(JSON.stringify(line));
    } catch (error) {
      file = undefined;
      say(`The debug file cannot be written any more (${codeOf(error) ?? "unknown reason"}).`);
    }
  }

  if (settings.debug) {
    try {
      file = new DebugFile(options.folder, process.pid, clock);
      say(`Debug events go to ${file.path}`);
    } catch (error) {
      say(`No debug file could be made below ${options.folder} (${codeOf(error) ?? "unknown reason"}).`);
    }
  }
  // What everybody who reads the file asks first.
  event("program.started", {
    log: LOG_VERSION,
    version: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  });
  const path = file?.path;
  return {
    enabled: file !== undefined || toStderr !== undefined,
    path,
    event,
    notice(text, kind) {
      say(text, kind);
      event("notice", { text });
    },
    close() {
      tellDropped(clock.monotonicMs(), Number.POSITIVE_INFINITY);
      file?.close();
      file = undefined;
    },
  };
}

function redacted(redactor: Redactor, fields: EventFields): EventFields {
  const clean: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const shown = redactor.field(name, value);
    // Cut after hiding: half a secret is one that no pattern knows.
    clean[name] = typeof shown === "string" ? printable(shown, MAX_FIELD) : shown;
  }
  return clean;
}

/**
 * What `DEBUG` asks for of our events. Takes everything else out of it: with `DEBUG=*` the proxy packages would print
 * whole requests, `Authorization` included.
 */
function narrowDebug(env: NodeJS.ProcessEnv): string | undefined {
  if (env.DEBUG === undefined) return undefined;
  const ours = env.DEBUG.split(/[\s,]+/)
    .map((name) => (name === "*" ? "drawbridge:*" : name))
    .filter((name) => /^-?drawbridge(?::|\*|$)/.test(name));
  env.DEBUG = ours.join(",");
  return ours.length > 0 ? env.DEBUG : undefined;
}

/** Loads `debug` when the first event comes; events wait for it in their order. */
function createLateStderr(stderr: Writable, names: string): (name: string, fields: EventFields) => void {
  let loading: Promise<(area: string, text: string) => void> | undefined;
  return (name, fields) => {
    const [area = name] = name.split(".");
    const text = `${name} ${Object.entries(fields)
      .map(([key, value]) => `${key}=${value ?? ""}`)
      .join(" ")}`;
    loading ??= import("./debug-stderr.ts").then(({ createDebugLine }) => createDebugLine(stderr, names));
    void loading.then((line) => line(area, text));
  };
}
