import { KNOWN_SECRETS } from "./known-secrets.ts";

/** `inspect.custom` of `node:util`, which would be loaded for it alone. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * A value that must not reach a log. Printing it, inspecting it, or putting it in JSON yields `[secret]`, and so does
 * writing a text that it came back in (`Redactor`).
 */
export class Secret {
  readonly #value: string;

  /** @param kind `shown`: a person is shown it, as a part of the address to sign in at */
  constructor(value: string, kind?: "shown") {
    this.#value = value;
    if (kind === undefined) KNOWN_SECRETS.add(value);
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

  [INSPECT](): string {
    return "[secret]";
  }
}
