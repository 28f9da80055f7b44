// The debug log as a page, or as lines while it is written.
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { Settings } from "../../core/settings.ts";
import { followLog, newestLog, readLog } from "../../platform/logging/read-log.ts";
import type { Adapters } from "../adapters.ts";
import { tracePage } from "./trace-page.ts";
import type { TraceRow } from "./trace-row.ts";
import { TraceRows } from "./trace-rows.ts";

/** @throws Failure USAGE_MISSING_FILE */
export async function logToTrace(given: string | undefined, { store }: Settings): Promise<string> {
  const found = given ?? (await newestLog(store.folder));
  if (found !== undefined) return found;
  throw new Failure("USAGE_MISSING_FILE", `There is no debug log below ${store.folder}.`, {
    hint: "Add --debug to the flags in the configuration of the host, let it happen again, and run this again.",
  });
}

/** @throws Failure USAGE_MISSING_FILE */
export async function traceRows(file: string): Promise<readonly TraceRow[]> {
  const lines = await readLog(file).catch(unreadable(file));
  const rows = new TraceRows();
  return lines.flatMap((line) => rows.row(line) ?? []);
}

/** A page that needs nothing but itself. @throws Failure USAGE_MISSING_FILE */
export async function tracedPage(file: string): Promise<{ readonly html: string; readonly events: number }> {
  const rows = await traceRows(file);
  return { html: tracePage(rows), events: rows.length };
}

/** Says each row as a line, until the program is ended. @throws Failure USAGE_MISSING_FILE; the reason of the end */
export async function followTrace(
  file: string,
  adapters: Adapters,
  say: (line: string) => Promise<void>,
): Promise<void> {
  const lifecycle = adapters.lifecycle(false);
  const rows = new TraceRows();
  try {
    await followLog(file, adapters.clock, lifecycle.signal, async (line) => {
      const row = rows.row(line);
      if (row !== undefined) await say(rowLine(row));
    }).catch(unreadable(file));
  } finally {
    lifecycle.close();
  }
}

/** `  1234 ms  bridge -> remote  POST https://... [message 3, exchange 7]` */
export function rowLine({ at, from, to, title, ids, ok }: TraceRow): string {
  const way = from === to ? from : `${from} -> ${to}`;
  const joined = ids.length === 0 ? "" : `  [${ids.join(", ")}]`;
  return `${at.toFixed(0).padStart(8)} ms  ${way.padEnd(17)}  ${ok ? " " : "!"} ${title}${joined}`;
}

function unreadable(file: string): (error: unknown) => never {
  return (error) => {
    const code = codeOf(error);
    if (code === undefined || error instanceof Failure) throw error;
    throw new Failure("USAGE_MISSING_FILE", `The log ${file} cannot be read (${code}).`, {
      hint: "Give the path that --debug printed.",
      cause: error,
    });
  };
}
