// JSON from the network: bounded in depth, and read so that no name of it reaches a prototype (LIM-1).
import { isObject, type JsonObject } from "../../core/mcp/message.ts";

/** Nothing that is read here nests deeper; real documents stay below ten. */
const MAX_DEPTH = 32;

/**
 * Longest texts, in characters, that are taken from a document: no real one is longer, and what is taken is kept, sent
 * and shown (LIM-1). A longer one counts as not there.
 */
export const LONGEST = {
  /** Identifiers, endpoints, words of a list. */
  name: 2_048,
  scope: 8_192,
  /** Tokens, secrets, and what an issuer says for people. */
  token: 65_536,
} as const;
/** Entries of a list; those behind are left out. */
const MOST_ENTRIES = 200;

/** The object that `text` is, or undefined when it is anything else. A byte order mark is tolerated. */
export function parseObject(text: string): JsonObject | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (char === "}" || char === "]") depth -= 1;
  }
  return false;
}

/** `members` without those that are undefined, for types whose optional members may not be. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/**
 * Own member `name` when it is a text that is not empty; undefined when there is no object.
 * @param longest in characters
 */
export function textOf(
  from: JsonObject | undefined,
  name: string,
  longest: number = LONGEST.name,
): string | undefined {
  const value = from && Object.hasOwn(from, name) ? from[name] : undefined;
  return typeof value === "string" && value !== "" && value.length <= longest ? value : undefined;
}

/** Own member `name` when it is `true` or `false`. */
export function flagOf(from: JsonObject, name: string): boolean | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  return typeof value === "boolean" ? value : undefined;
}

/** The texts of own member `name` when it is a list; what else is in it is left out. */
export function textsOf(from: JsonObject, name: string): readonly string[] | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (!Array.isArray(value)) return undefined;
  const fits = (item: unknown): item is string => typeof item === "string" && item.length <= LONGEST.name;
  return value.slice(0, MOST_ENTRIES).filter(fits);
}

/** A whole number, also where it is written as a text. */
export function numberOf(from: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  const number = typeof value === "string" && /^\d{1,15}(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
