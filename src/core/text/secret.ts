import { inspect } from "node:util";

/** A value that must not reach a log. Printing it, inspecting it, or putting it in JSON yields `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** Call only where the value leaves the process: a header, a form body, the vault. */
  reveal(): string {
    return this.#value;
  }

  /** True when both hold the same value; for comparing what was sent with what is stored now. */
  equals(other: Secret | undefined): boolean {
    return other !== undefined && other.#value === this.#value;
  }

  toJSON(): string {
    return "[secret]";
  }

  toString(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** Every secret in a tree of plain objects and arrays, such as the settings. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}
