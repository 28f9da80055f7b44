// Reads the body of an answer at the speed at which the host takes it.

import type { HttpResponse } from "../core/ports/http.ts";

/** Where back-pressure comes from; `Local` is one. */
export interface Gate {
  readonly blocked: boolean;
  whenUnblocked(action: () => void): void;
}

/**
 * Hands every chunk to `onChunk` and stops reading while the gate is blocked. `onChunk` returns false to end early.
 * Resolves at the body's end; rejects with what broke it.
 */
export function readBody(
  response: HttpResponse,
  gate: Gate,
  onChunk: (chunk: Buffer) => boolean,
): Promise<void> {
  const { body } = response;
  return new Promise((resolve, reject) => {
    body.on("data", (chunk: Buffer) => {
      if (!onChunk(chunk)) {
        resolve();
        body.destroy();
        return;
      }
      if (!gate.blocked) return;
      body.pause();
      gate.whenUnblocked(() => body.resume());
    });
    body.once("end", resolve);
    body.once("error", reject);
    body.once("close", () => reject(new Error("The body was closed before its end.")));
  });
}

/** The whole body, or `undefined` when it is larger than `maxBytes`. Rejects with what broke it. */
export async function collectBody(
  response: HttpResponse,
  gate: Gate,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  await readBody(response, gate, (chunk) => {
    size += chunk.length;
    chunks.push(chunk);
    return size <= maxBytes;
  });
  if (size > maxBytes) return undefined;
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks, size);
}
