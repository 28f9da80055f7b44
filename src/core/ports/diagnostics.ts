/** Values of an event: flat, small, no secrets (the sink redacts again, but do not rely on it). */
export type EventFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Where the program says what it does. `event` feeds `--debug` and `DEBUG=drawbridge:*`; `notice` is a line
 * for the person on stderr, in plain words (`--silent` drops it, unless it is an error).
 */
export interface Diagnostics {
  /** False: nobody listens, so do not build expensive fields. */
  readonly enabled: boolean;
  /** `name` is dotted, area first: `signin.exchange.answered`. */
  event(name: string, fields?: EventFields): void;
  notice(text: string, kind?: "error"): void;
}
