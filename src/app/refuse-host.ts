import type { Readable, Writable } from "node:stream";
import type { Failure } from "../core/failure/failure.ts";
import { readMessage } from "../core/mcp/message.ts";
import { failureAnswer } from "../core/mcp/rpc-error.ts";
import type { Clock } from "../core/ports/clock.ts";
import { writeOut } from "./write-out.ts";

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
  const request = line === undefined ? undefined : readMessage(line);
  if (request?.kind !== "request") return;
  await writeOut(output, Buffer.concat([failureAnswer(request.id, failure), Buffer.from("\n")]));
}

function firstLine(input: Readable, clock: Clock): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (line: Buffer | undefined) => {
      cancel();
      input.off("data", onData).off("end", onEnd).off("error", onEnd);
      input.pause();
      resolve(line);
    };
    const onEnd = () => finish(undefined);
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const end = bytes.indexOf(0x0a);
      if (end >= 0) finish(bytes.subarray(0, end));
      else if (bytes.length > MOST_BYTES) finish(undefined);
    };
    const cancel = clock.after(PATIENCE_MS, onEnd);
    input.on("data", onData).on("end", onEnd).on("error", onEnd);
  });
}
