/**
 * Every step of discovery, registration, sign-in, exchange, refresh and writing after which the process may die
 * (promise 4). Tests kill it at each one; a name that no test visits fails.
 */
export const STEPS = [
  "discovery.done",
  "register.sent",
  "register.answered",
  "register.saved",
  "signin.pending-saved",
  "signin.claimed",
  "signin.browser-opened",
  "signin.redirect-received",
  "exchange.sent",
  "exchange.answered",
  "exchange.saved",
  "refresh.intent-saved",
  "refresh.sent",
  "refresh.answered",
  "refresh.saved",
  "write.temporary-written",
  "write.renamed",
  "lock.taken",
  "lock.released",
] as const;

export type Step = (typeof STEPS)[number];

/** Called right after the step. Does nothing in production. */
export type Checkpoint = (step: Step) => Promise<void> | void;
