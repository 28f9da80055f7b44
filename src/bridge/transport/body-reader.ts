// Reads the body of an answer at the speed at which the host takes it.

import type { Readable } from "node:stream";
import { Failure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import { ChunkList } from "./chunk-list.ts";
import type { MemoryBudget, MemoryShare } from "./memory-budget.ts";
import { noMemory } from "./memory-ledger.ts";

/** Where back-pressure comes from: `HostStdio`, or nothing. */
export interface BackPressure {
  readonly blocked: boolean;
  whenUnblocked(action: () => void): void;
}

/** How bodies are read. */
export interface BodyLimits {
  readonly backPressure: BackPressure;
  readonly memoryBudget: MemoryBudget;
  readonly clock: Clock;
  /** Most time between two parts of a body, while the host takes them; 0: any (`--body-timeout`). */
  readonly gapMs: number;
  /** A message larger than this is given up. */
  readonly maxBytes: number;
  /** Called for every part. */
  readonly onPart: () => void;
  /** Hears of a bug that a message set off; the body is read on. */
  readonly onBug: (error: unknown) => void;
}

const CLOSED = "The body was closed before its end.";
/** Smaller messages are not worth counting. */
const WORTH_COUNTING = 16 << 10;

/**
 * Hands every chunk to `onChunk` and stops reading while the host, or what is in memory already, forbids more.
 * `onChunk` returns the bytes it keeps of an unfinished message, what is to be waited for before the next chunk, or
 * `"enough"` to end early.
 * Resolves at the body's end; rejects with what broke it.
 */
export function readBody(
  { body, headers }: HttpResponse,
  bodyLimits: BodyLimits,
  onChunk: (chunk: Buffer) => number | Promise<void> | "enough",
): Promise<void> {
  // It may have broken while something else was waited for: nothing would ever be heard of it.
  if (body.closed) return Promise.reject(body.errored ?? new Error(CLOSED));
  return new Promise<void>((resolve, reject) => {
    const pace = new Pace(body, bodyLimits);
    pace.begin(Number(headers["content-length"]));
    let ended = false;
    const end = (): void => {
      ended = true;
      pace.stop();
      resolve();
    };
    const fail = (error: unknown): void => {
      pace.stop();
      reject(error);
    };
    body.on("data", (chunk: Buffer) => {
      bodyLimits.onPart();
      const kept = onChunk(chunk);
      if (kept === "enough") {
        end();
        body.destroy();
      } else if (typeof kept === "number") pace.onKept(kept);
      else pace.waitFor(kept);
    });
    // `once` would make an object and two functions more for each; settling again does nothing.
    body.on("end", end);
    body.on("error", fail);
    // Every body closes; an error, whose stack costs more than the rest here, is made only where it says something.
    body.on("close", () => ended || fail(new Error(CLOSED)));
  });
}

/** When a body is read on, and when its silence has lasted too long. */
class Pace {
  readonly #body: Readable;
  readonly #bodyLimits: BodyLimits;
  #memoryShare: MemoryShare | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;
  #isBusy = false;

  constructor(body: Readable, bodyLimits: BodyLimits) {
    this.#body = body;
    this.#bodyLimits = bodyLimits;
  }

  /** Before the first byte is taken: of two hundred answers at once, each would else hold one part more. */
  begin(announcedBytes: number): void {
    if (announcedBytes > WORTH_COUNTING) this.#share();
    this.#goOnOrWait();
  }

  onKept(bytes: number): void {
    if (this.#memoryShare !== undefined || bytes > WORTH_COUNTING) this.#share().grow(bytes);
    this.#goOnOrWait();
  }

  /** Reads no further before `work`, which does not fail, is done. */
  waitFor(work: Promise<void>): void {
    this.#isBusy = true;
    this.#cancelTimer?.();
    this.#body.pause();
    void work.then(() => {
      this.#isBusy = false;
      this.#goOn();
    });
  }

  #share(): MemoryShare {
    this.#memoryShare ??= this.#bodyLimits.memoryBudget.enter(
      () => this.#goOn(),
      () => this.#body.destroy(noMemory()),
    );
    return this.#memoryShare;
  }

  #goOnOrWait(): void {
    if (this.#bodyLimits.backPressure.blocked || this.#memoryShare?.mayGrow() === false) this.#wait();
    else this.#expectMore();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#memoryShare?.leave();
  }

  #wait(): void {
    this.#cancelTimer?.();
    this.#body.pause();
    const { backPressure } = this.#bodyLimits;
    // Where it is not the host, it is the memory budget, which says by itself whose turn it is.
    if (backPressure.blocked) backPressure.whenUnblocked(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#stopped || this.#isBusy || !this.#body.isPaused()) return;
    if (this.#bodyLimits.backPressure.blocked) {
      this.#bodyLimits.backPressure.whenUnblocked(() => this.#goOn());
      return;
    }
    if (this.#memoryShare?.mayGrow() === false) return;
    this.#expectMore();
    this.#body.resume();
  }

  #expectMore(): void {
    const { gapMs, clock } = this.#bodyLimits;
    if (gapMs === 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.after(gapMs, () => {
      const text = `The server's answer stopped for ${gapMs / 1_000} s.`;
      this.#body.destroy(new Failure("NETWORK_TIMEOUT", text));
    });
  }
}

/** How long a body that nobody wants may take. */
const DRAIN_MS = 5_000;

/**
 * Reads a body that nobody wants, so that its connection can be used again; one that never ends is cut off.
 * @returns resolves when that is done
 */
export function drain({ body }: HttpResponse, clock: Clock): Promise<void> {
  if (body.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const cancelTimer = clock.after(DRAIN_MS, () => body.destroy());
    body
      .on("error", () => undefined)
      .once("close", () => {
        cancelTimer();
        resolve();
      });
    body.resume();
  });
}

/** The whole body, or `undefined` when it is larger than `maxBytes`. Rejects with what broke it. */
export async function collectBody(
  response: HttpResponse,
  bodyLimits: BodyLimits,
  maxBytes = bodyLimits.maxBytes,
): Promise<Buffer | undefined> {
  // New memory costs nothing before it is written to, so an announcement that is not true costs nothing.
  const announced = Number(response.headers["content-length"] ?? 0);
  const chunks = new ChunkList(announced <= maxBytes ? announced : 0);
  let size = 0;
  await readBody(response, bodyLimits, (chunk) => {
    size += chunk.length;
    chunks.add(chunk);
    return size <= maxBytes ? size : "enough";
  });
  return size > maxBytes ? undefined : chunks.take();
}
