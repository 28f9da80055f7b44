// How often everything is done: for figures to publish, for a look, for CI, and for the test of the benchmark itself.

export interface Counts {
  readonly starts: number;
  /** Starts with a stored grant. */
  readonly grantStarts: number;
  readonly withKeychain: boolean;
  /** Starts after which the memory is read; those with a refresh or a sign-in as well. */
  readonly memory: number;
  /** Wait until the memory is read, ms. */
  readonly settleMs: number;
  readonly callRounds: number;
  /** One after the other, in a round. */
  readonly calls: number;
  /** Calls before the memory of a used bridge is read. */
  readonly callsForMemory: number;
  readonly idleMs: number;
  readonly floodRounds: number;
  /** In a round, 64 in flight. */
  readonly floodCalls: number;
  readonly payloadRounds: number;
  readonly payloadMib: readonly number[];
  readonly manyRounds: number;
  /** Bridges started at once. */
  readonly many: number;
  readonly install: boolean;
}

const FULL: Counts = {
  starts: 20,
  grantStarts: 10,
  withKeychain: true,
  memory: 5,
  settleMs: 1_000,
  callRounds: 10,
  calls: 200,
  callsForMemory: 5_000,
  idleMs: 10_000,
  floodRounds: 10,
  floodCalls: 1_000,
  payloadRounds: 3,
  payloadMib: [1, 16, 64, 256],
  manyRounds: 5,
  many: 10,
  install: true,
};

const QUICK: Counts = {
  ...FULL,
  starts: 8,
  grantStarts: 4,
  memory: 2,
  callRounds: 5,
  floodRounds: 5,
  payloadRounds: 1,
  payloadMib: [1, 16, 64],
  manyRounds: 1,
  install: false,
};

/** Nothing but processor time counts here, so nothing waits for memory. */
const CHECK: Counts = {
  ...QUICK,
  starts: 12,
  grantStarts: 6,
  memory: 0,
  settleMs: 0,
  callsForMemory: 0,
  idleMs: 0,
  floodRounds: 8,
  payloadRounds: 0,
  manyRounds: 3,
};

const SMALLEST: Counts = {
  ...CHECK,
  starts: 1,
  grantStarts: 1,
  withKeychain: false,
  memory: 1,
  settleMs: 50,
  callRounds: 1,
  calls: 5,
  callsForMemory: 70,
  idleMs: 100,
  floodRounds: 1,
  floodCalls: 70,
  payloadRounds: 1,
  payloadMib: [1],
  manyRounds: 1,
  many: 2,
};

export const COUNTS = { full: FULL, quick: QUICK, check: CHECK, smallest: SMALLEST } as const;
export type Mode = keyof typeof COUNTS;
