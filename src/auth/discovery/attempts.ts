// What a discovery tried, for the person who has to find out why nothing helped (DISC-7, DISC-11).
import { Failure, type FailureOptions } from "../../core/failure/failure.ts";
import { defined } from "../protocol/json-members.ts";

/** Every place that was asked, and what came back, in order. */
export class Attempts {
  readonly #lines: string[] = [];

  /** @param place safe to print */
  add(place: string, outcome: string): void {
    this.#lines.push(`${place} ${outcome}`);
  }

  /** All of them, for people. */
  get text(): string {
    return this.#lines.length === 0 ? "no place was asked" : this.#lines.join("; ");
  }

  /** `failure` with the step and everything that was tried; its hint fits still. */
  failed(step: string, failure: Failure): Failure {
    return new Failure(failure.code, `${step} failed: ${this.text}.`, {
      cause: failure,
      hint: failure.hint,
      ...defined({ status: failure.status }),
    });
  }
}

/** It is not the document at all; elsewhere there may be one. */
export class SomethingElse extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super("AUTH_METADATA_INVALID", message, options);
  }
}

/** A failure's sentence as a part of another one. */
export function asReason({ message }: Failure): string {
  const text = message.replace(/\.$/, "");
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
