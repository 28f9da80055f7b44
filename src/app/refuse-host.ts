import type { Readable, Writable } from "node:stream";
import { type Failure, RPC_CODES } from "../core/failure.ts";
import type { Clock } from "../core/ports/clock.ts";

/** How long a host has to send its first request, when it is going to be refused anyway. */
const PATIENCE_MS = 500;
/** More than this is no handshake. */
const MOST_BYTES = 64 * 1024;

/**
 * Tells the host why the program cannot start: answers its first request with the failure. Hosts show that error to the
 * person, and few show standard error.
 */
export async function refuseHost(
  failure: Failure,
  input: Readable,
  output: Writable,
  clock: Clock,
): Promise<void> {
  const line = await firstLine(input, clock);
  const id = line === undefined ? undefined : requestId(line);
  if (id === undefined) return;
  const error = { code: RPC_CODES[failure.family], message: failure.message, data: failure.data() };
  await new Promise<void>((done) =>
    output.write(`${JSON.stringify({ jsonrpc: "2.0", id, error })}\n`, () => done()),
  );
}

function firstLine(input: Readable, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const finish = (line: string | undefined) => {
      cancel();
      input.off("data", onData).off("end", onEnd).off("error", onEnd);
      input.pause();
      resolve(line);
    };
    const onEnd = () => finish(undefined);
    const onData = (chunk: Buffer | string) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end >= 0 || text.length > MOST_BYTES) finish(end >= 0 ? text.slice(0, end) : undefined);
    };
    const cancel = clock.after(PATIENCE_MS, onEnd);
    input.on("data", onData).on("end", onEnd).on("error", onEnd);
  });
}

function requestId(line: string): string | number | undefined {
  try {
    const { id, method } = JSON.parse(line) as { id?: unknown; method?: unknown };
    return typeof method === "string" && (typeof id === "string" || typeof id === "number") ? id : undefined;
  } catch {
    return undefined;
  }
}
