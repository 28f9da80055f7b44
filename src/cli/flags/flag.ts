import { refuseUnfilled, type TextKind } from "../inputs/placeholders.ts";

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

type Usage = Pick<Flag, "usage">;

/** `--ca-file` */
export const flagName = ({ usage }: Usage): string => usage.split(" ", 1)[0] ?? "";

export const takesValue = ({ usage }: Flag): boolean => usage.includes(" ");

/** `--no-browser` is the member `browser`, which is true without it. */
export const isNegated = ({ usage }: Flag): boolean => usage.startsWith("--no-");

/** `caFile`: the member of the settings' flags. */
export const memberName = (flag: Usage): string =>
  flagName(flag)
    .replace(/^--(no-)?/, "")
    .replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `--ca-file` is also `DRAWBRIDGE_CA_FILE`. */
export const environmentName = (flag: Usage): string =>
  `DRAWBRIDGE_${flagName(flag).replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;

/** Values of flags by member name, as far as the command line gave them. */
export type GivenFlags = ReadonlyMap<string, unknown>;

/** Kinds of values that are taken as they are. Others have a shape of their own, or are looked at when they are read. */
const KINDS: readonly (readonly [usage: RegExp, kind: TextKind])[] = [
  [/ <ur[li]\b/, "url"],
  [/ <(?:scopes|name=value|id|address)>/, "word"],
  [/ <(?:file|pem|folder)>/, "path"],
];

/** @throws Unfilled */
export function refuseUnfilledFlag(flag: Flag, text: string, place: string): void {
  const kind = text.startsWith("@") ? "path" : KINDS.find(([usage]) => usage.test(flag.usage))?.[1];
  if (kind !== undefined) refuseUnfilled(text, place, kind);
}

/**
 * The value of a flag with its text. @param before what the same flag gave earlier in the line
 * @throws InvalidValue, Unfilled
 */
export function flagValue(flag: Flag, text: string, before: unknown, place = flagName(flag)): unknown {
  refuseUnfilledFlag(flag, text, place);
  if (flag.choices !== undefined && !flag.choices.includes(text)) {
    throw new InvalidValue(`Allowed choices are ${flag.choices.join(", ")}.`);
  }
  return flag.parse === undefined ? text : flag.parse(text, before as never);
}
