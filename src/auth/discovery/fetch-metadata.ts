// Gets one of several places' metadata: there, absent, or broken, and what went wrong is told place by place (DISC-7).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import { type IssuerAnswer, type IssuerHttp, outcomeOf } from "../protocol/issuer-http.ts";
import { defined } from "../protocol/json-members.ts";
import { type Attempts, asReason, SomethingElse } from "./attempts.ts";

/** What all requests of one discovery share. */
export interface MetadataSearch {
  readonly http: IssuerHttp;
  readonly clock: Clock;
  readonly attempts: Attempts;
  readonly signal: AbortSignal;
}

/** Where a document may be. */
export interface Place {
  readonly url: URL;
  /**
   * Somebody said that it is there, so anything else there is a fault. Elsewhere whatever is not the document is a
   * site's answer to everything.
   */
  readonly isNamed: boolean;
}

/** What a place had in the document's stead, where that is no absence. */
export interface Fault {
  readonly failure: Failure;
  readonly isNamed: boolean;
}

export interface Found<T, P extends Place = Place> {
  readonly document: T;
  readonly place: P;
}

/** Faults of a moment are met once more after this. */
const RETRY_MS = 300;
const TRIES = 2;

/** Where one place could not be asked for this, no other of the same origin can. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  "NETWORK_DNS",
  "NETWORK_REFUSED",
  "NETWORK_TLS",
  "NETWORK_PROXY",
  "NETWORK_BLOCKED_ADDRESS",
]);

/**
 * Asks one place after the other, and takes the first document that `read` takes.
 * @param read throws `SomethingElse` for what is not the document at all, and other failures for one that must not be used
 * @returns the faults, in order, where none has it
 */
export async function firstDocument<T, P extends Place>(
  search: MetadataSearch,
  step: string,
  places: readonly P[],
  read: (json: JsonObject) => T,
): Promise<Found<T, P> | readonly Fault[]> {
  const faults: Fault[] = [];
  const given = new Map<string, Failure>();
  for (const place of places) {
    const { url, isNamed } = place;
    const before = given.get(url.origin);
    if (before !== undefined && UNREACHABLE.has(before.code)) continue;
    const failure = await attempt(search, { step, url, tries: before === undefined ? TRIES : 1 }, read);
    if (failure === "absent") continue;
    if (!isFailure(failure)) return { document: failure.document, place };
    if (failure.family === "NETWORK") given.set(url.origin, failure);
    if (isNamed || !isSomethingElse(failure)) faults.push({ failure, isNamed });
  }
  return faults;
}

/** May it be there the next time? */
export function isMomentary({ code, family, status = 0 }: Failure): boolean {
  if (family === "NETWORK") return code !== "NETWORK_TOO_LARGE" && code !== "NETWORK_BLOCKED_ADDRESS";
  return status >= 500 || isLater(status);
}

function isSomethingElse(failure: Failure): boolean {
  if (failure.code === "NETWORK_TOO_LARGE") return true;
  return failure instanceof SomethingElse && !isMomentary(failure);
}

interface Attempt {
  readonly step: string;
  readonly url: URL;
  readonly tries: number;
}

async function attempt<T>(
  search: MetadataSearch,
  { step, url, tries }: Attempt,
  read: (json: JsonObject) => T,
): Promise<{ readonly document: T } | "absent" | Failure> {
  for (let tried = 1; ; tried++) {
    const outcome = await once(search, step, url, read);
    if (!isFailure(outcome) || tried >= tries || !isMomentary(outcome)) return outcome;
    await search.clock.sleep(RETRY_MS, search.signal);
  }
}

async function once<T>(
  { http, attempts, signal }: MetadataSearch,
  step: string,
  url: URL,
  read: (json: JsonObject) => T,
): Promise<{ readonly document: T } | "absent" | Failure> {
  const where = urlForPeople(url);
  let status: number | undefined;
  try {
    const answer = await http.send({ step, kind: "metadata", method: "GET", url, signal });
    status = answer.status;
    const json = status >= 200 && status < 300 ? answer.json : undefined;
    if (json !== undefined) return { document: read(json) };
    attempts.add(where, whatCame(answer));
    return isAbsent(status) ? "absent" : new SomethingElse(`${step} failed.`, { status });
  } catch (error) {
    if (!isFailure(error)) throw error;
    signal.throwIfAborted();
    // The request's own failure names step and address again; its cause says why.
    const why = status === undefined && isFailure(error.cause) ? error.cause : error;
    const reason = asReason(why);
    attempts.add(
      where,
      status === undefined ? `failed: ${reason} (${error.code})` : `answered ${status}: ${reason}`,
    );
    const options = { cause: error, hint: error.hint, ...defined({ status }) };
    return error instanceof SomethingElse
      ? new SomethingElse(`${step} failed.`, options)
      : new Failure(error.code, `${step} failed.`, options);
  }
}

function whatCame(answer: IssuerAnswer): string {
  if (answer.status < 200 || answer.status >= 300) return outcomeOf(answer);
  const type = quoted(answer.header("content-type") ?? "no type", 60);
  return `${outcomeOf(answer)} with something that is not a JSON object (${type})`;
}

/** Servers say in many ways that a place is not there; 408 and 429 say only: not now. */
function isAbsent(status: number): boolean {
  return status >= 400 && status < 500 && !isLater(status);
}

function isLater(status: number): boolean {
  return status === 408 || status === 429;
}
