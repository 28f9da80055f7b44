/** A value that a flag does not take; the message says what it takes. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
  /** By this commander knows that the value is to blame. */
  readonly code = "commander.invalidArgument";
}

/** One flag, as the command line, the environment and `--help` have it. */
export interface Flag {
  /** `--debug`, `--no-browser`, or with the name of its value: `--ca-file <pem>`. */
  readonly usage: string;
  readonly description: string;
  /**
   * The value of its text; `before` is what an earlier one gave. Absent: the text itself.
   * @throws InvalidValue
   */
  readonly parse?: (text: string, before: never) => unknown;
  /** The only texts it takes. */
  readonly choices?: readonly string[];
  /** What it is where nobody gives it. */
  readonly preset?: unknown;
  /** How `--help` writes that. */
  readonly presetText?: string;
  /** Member of another flag that cannot stand beside it. */
  readonly conflicts?: string;
}

/** `--ca-file` */
export const flagName = ({ usage }: Flag): string => usage.split(" ", 1)[0] ?? "";

export const takesValue = ({ usage }: Flag): boolean => usage.includes(" ");

/** `--no-browser` is the member `browser`, which is true without it. */
export const isNegated = ({ usage }: Flag): boolean => usage.startsWith("--no-");

/** `caFile`: the member of the settings' flags. */
export const memberName = (flag: Flag): string =>
  flagName(flag)
    .replace(/^--(no-)?/, "")
    .replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `--ca-file` is also `DRAWBRIDGE_CA_FILE`. */
export const environmentName = (flag: Flag): string =>
  `DRAWBRIDGE_${flagName(flag).replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;

/** Values of flags by member name, as far as the command line gave them. */
export type GivenFlags = ReadonlyMap<string, unknown>;

/**
 * The value of a flag with its text. @param before what the same flag gave earlier in the line
 * @throws InvalidValue
 */
export function flagValue(flag: Flag, text: string, before: unknown): unknown {
  if (flag.choices !== undefined && !flag.choices.includes(text)) {
    throw new InvalidValue(`Allowed choices are ${flag.choices.join(", ")}.`);
  }
  return flag.parse === undefined ? text : flag.parse(text, before as never);
}
