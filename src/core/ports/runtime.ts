import type { Checkpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { Random } from "./random.ts";

/** What nearly every part is given: time, randomness, and a place to say what it does. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly diagnostics: Diagnostics;
  readonly checkpoint: Checkpoint;
}
