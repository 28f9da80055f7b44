// Gets metadata documents: absent, there, or broken, and never one taken for the other (DISC-7).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { type IssuerHttp, outcomeOf } from "../protocol/issuer-http.ts";

/** Everything that was asked for and what came back, for the report when nothing helps. */
export class Attempts {
  readonly #lines: string[] = [];

  add(url: URL, outcome: string): void {
    this.#lines.push(`${urlForPeople(url)} ${outcome}`);
  }

  toString(): string {
    return this.#lines.join("; ");
  }
}

/** What all requests of one discovery share. */
export interface MetadataSearch {
  readonly http: IssuerHttp;
  readonly clock: Clock;
  readonly attempts: Attempts;
  readonly signal: AbortSignal;
}

interface DocumentRequest {
  readonly step: string;
  readonly url: URL;
  /** A place that nobody named: a web page there is a site's answer to everything, not a broken document. */
  readonly guessed: boolean;
}

/** Faults of a moment are met once more after this. */
const RETRY_MS = 300;
const TRIES = 2;

/**
 * @returns undefined when there is none (404; other refusals of a place count the same)
 * @throws Failure AUTH_METADATA_INVALID, NETWORK_*: 5xx, time-out, not JSON, too large; lists all attempts so far
 */
export async function fetchMetadata(
  search: MetadataSearch,
  request: DocumentRequest,
): Promise<JsonObject | undefined> {
  for (let tried = 1; ; tried++) {
    const outcome = await once(search, request);
    if (outcome === "absent") return undefined;
    if (!(outcome instanceof Failure)) return outcome;
    const momentary = outcome.code !== "AUTH_METADATA_INVALID" || (outcome.status ?? 0) >= 500;
    if (tried === TRIES || !momentary || outcome.code === "NETWORK_BLOCKED_ADDRESS") throw outcome;
    await search.clock.sleep(RETRY_MS, search.signal);
  }
}

async function once(
  { http, attempts, signal }: MetadataSearch,
  { step, url, guessed }: DocumentRequest,
): Promise<JsonObject | "absent" | Failure> {
  try {
    const answer = await http.send({ step, kind: "metadata", method: "GET", url, signal });
    const { status, json } = answer;
    if (isAbsent(status)) {
      attempts.add(url, `answered ${status}`);
      return "absent";
    }
    if (status >= 200 && status < 300) {
      if (json !== undefined) return json;
      attempts.add(url, `answered ${status} with something that is not a JSON object`);
      const html = (answer.header("content-type") ?? "").toLowerCase().startsWith("text/html");
      if (html && guessed) return "absent";
    } else attempts.add(url, outcomeOf(answer));
    return new Failure("AUTH_METADATA_INVALID", `${step} failed: ${attempts}.`, { status });
  } catch (error) {
    if (!isFailure(error)) throw error;
    attempts.add(url, `failed (${error.code})`);
    return new Failure(error.code, `${error.message.replace(/\.$/, "")}; tried: ${attempts}.`, {
      cause: error,
      hint: error.hint,
    });
  }
}

/** Servers say in many ways that a place is not there; 408 and 429 say only: not now. */
function isAbsent(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
