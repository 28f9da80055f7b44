import { isObject } from "../../core/mcp/message.ts";
import { Secret } from "../../core/text/secret.ts";

/** Turns parsed JSON into an exact type. @throws Malformed */
export type Reader<T> = (value: unknown, at: string) => T;

/** Marks a member that may be missing; never found on a plain reader. */
interface OptionalReader<T> {
  readonly optional: Reader<T>;
}

/** The text is JSON, but not what this program writes. Names the place, never the value. */
export class Malformed extends Error {
  constructor(at: string) {
    super(`unexpected value at ${at}`);
    this.name = "Malformed";
  }
}

/**
 * One reader a member, optional exactly where the type says so: a member added to a type in `core` does not
 * compile until it is read here, so nothing is saved that the next start would lose.
 */
type Shape<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalReader<Exclude<T[K], undefined>>
    : Reader<T[K]>;
};

function when<T>(fits: (value: unknown) => value is T): Reader<T> {
  return (value, at) => {
    if (!fits(value)) throw new Malformed(at);
    return value;
  };
}

export const text = when((value): value is string => typeof value === "string");
export const number = when((value): value is number => Number.isFinite(value));
export const flag = when((value): value is boolean => typeof value === "boolean");
/** Any object, as its own members. */
export const anyObject = when(isObject);
export const secret: Reader<Secret> = (value, at) => new Secret(text(value, at));
export const shownSecret: Reader<Secret> = (value, at) => new Secret(text(value, at), "shown");

export function optional<T>(reader: Reader<T>): OptionalReader<T> {
  return { optional: reader };
}

export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : reader(value, at));
}

export function oneOf<const T>(...values: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = values.find((known) => known === value);
    if (found === undefined) throw new Malformed(at);
    return found;
  };
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new Malformed(at);
    return value.map((each, index) => item(each, `${at}[${index}]`));
  };
}

/** An object with these members; others are dropped. */
export function shape<T extends object>(members: Shape<T>): Reader<T> {
  const readers = Object.entries(members) as [string, Reader<unknown> | OptionalReader<unknown>][];
  return (value, at) => {
    const from = anyObject(value, at);
    const into: Record<string, unknown> = {};
    for (const [name, reader] of readers) {
      const place = `${at}.${name}`;
      if (typeof reader === "function") into[name] = reader(from[name], place);
      else if (from[name] !== undefined) into[name] = reader.optional(from[name], place);
    }
    return into as T;
  };
}
