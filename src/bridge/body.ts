// Reads the body of an answer at the speed at which the host takes it.

import { Failure } from "../core/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { HttpResponse } from "../core/ports/http.ts";
import { Pile } from "./pile.ts";

/** Where back-pressure comes from; `Local` is one. */
export interface Gate {
  readonly blocked: boolean;
  whenUnblocked(action: () => void): void;
}

/** How bodies are read. */
export interface Reading {
  readonly gate: Gate;
  readonly clock: Clock;
  /** Most time between two parts of a body, while the host takes them; 0: any (`--body-timeout`). */
  readonly gapMs: number;
  /** A message larger than this is given up. */
  readonly maxBytes: number;
  /** Called for every part. */
  readonly onPart: () => void;
}

/**
 * Hands every chunk to `onChunk` and stops reading while the gate is blocked. `onChunk` returns false to end early.
 * Resolves at the body's end; rejects with what broke it.
 */
export function readBody(
  response: HttpResponse,
  reading: Reading,
  onChunk: (chunk: Buffer) => boolean,
): Promise<void> {
  const { body } = response;
  const { gate, gapMs, clock } = reading;
  let callOff: (() => void) | undefined;
  function expectMore(): void {
    if (gapMs === 0) return;
    callOff?.();
    callOff = clock.after(gapMs, () => {
      body.destroy(new Failure("NETWORK_TIMEOUT", `The remote's answer stopped for ${gapMs / 1_000} s.`));
    });
  }
  return new Promise<void>((resolve, reject) => {
    let ended = false;
    const end = (): void => {
      ended = true;
      callOff?.();
      resolve();
    };
    const fail = (error: unknown): void => {
      callOff?.();
      reject(error);
    };
    expectMore();
    body.on("data", (chunk: Buffer) => {
      reading.onPart();
      if (!onChunk(chunk)) {
        end();
        body.destroy();
        return;
      }
      if (!gate.blocked) {
        expectMore();
        return;
      }
      callOff?.();
      body.pause();
      gate.whenUnblocked(() => {
        expectMore();
        body.resume();
      });
    });
    body.once("end", end);
    body.once("error", fail);
    // Every body closes; an error, whose stack costs more than the rest here, is made only where it says something.
    body.once("close", () => ended || fail(new Error("The body was closed before its end.")));
  });
}

/** How long a body that nobody wants may take. */
const DRAIN_MS = 5_000;

/** Reads a body that nobody wants, so that its connection can be used again; one that never ends is cut off. */
export function drain({ body }: HttpResponse, clock: Clock): void {
  const callOff = clock.after(DRAIN_MS, () => body.destroy());
  body.on("error", () => undefined).once("close", callOff);
  body.resume();
}

/** The whole body, or `undefined` when it is larger than `maxBytes`. Rejects with what broke it. */
export async function collectBody(
  response: HttpResponse,
  reading: Reading,
  maxBytes = reading.maxBytes,
): Promise<Buffer | undefined> {
  const pile = new Pile();
  let size = 0;
  await readBody(response, reading, (chunk) => {
    size += chunk.length;
    pile.add(chunk);
    return size <= maxBytes;
  });
  return size > maxBytes ? undefined : pile.take();
}
