export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; only for comparing with what others wrote. */
  nowMs(): number;
  /** Never jumps; for measuring and waiting. Milliseconds since the start of the process. */
  monotonicMs(): number;
  /** Rejects with `signal.reason` when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls once after `ms`; the returned function calls it off. Does not keep the process alive. */
  after(ms: number, action: () => void): () => void;
  /** Calls once, when what has arrived by now is dealt with. */
  soon(action: () => void): void;
}
