// Requests of a sign-in: every one bounded in size, time and redirects, and named in what it fails with (DISC-11, LIM-1).
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { Step } from "../../core/ports/checkpoint.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { EventFields } from "../../core/ports/diagnostics.ts";
import type { HttpClient, HttpResponse } from "../../core/ports/http.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import { withoutEcho } from "../../core/text/redaction.ts";
import type { EndpointPolicy } from "./endpoint-policy.ts";
import { defined, parseObject } from "./json-members.ts";
import { type RefusalWords, refusalWords } from "./refusal-words.ts";
import { sentSecrets } from "./sent-secrets.ts";

/** Decides limits and which redirects are followed. */
export type IssuerRequestKind = "metadata" | "registration" | "token";

export interface IssuerRequest {
  /** What this is for, as the beginning of a sentence: `Registering a client`. */
  readonly step: string;
  readonly kind: IssuerRequestKind;
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Checkpoints to call when it was sent and when the answer is there. */
  readonly steps?: { readonly sent: Step; readonly answered: Step } | undefined;
}

export interface IssuerAnswer {
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly status: number;
  header(name: string): string | undefined;
  readonly text: string;
  /** The body as an object: JSON, or the form encoding that some answer with; undefined when it is neither. */
  readonly json: JsonObject | undefined;
  /** What it says of its status, without the secrets that were sent. */
  readonly words: RefusalWords;
}

interface IssuerHttpOptions extends Omit<Runtime, "random"> {
  readonly http: HttpClient;
  readonly policy: EndpointPolicy;
}

const MAX_BYTES = 1024 * 1024;
const LIMIT_MS: Readonly<Record<IssuerRequestKind, number>> = {
  metadata: 10_000,
  registration: 10_000,
  token: 60_000,
};
const MAX_REDIRECTS = 3;
/** A timer that comes this much too late tells that the process was suspended. */
const LATE_MS = 1_000;
/** What may have arrived meanwhile is read within this. */
const SECOND_LOOK_MS = 250;
const FOLLOWED: Readonly<Record<IssuerRequestKind, readonly number[]>> = {
  metadata: [301, 302, 303, 307, 308],
  // Only the two that keep method and body.
  registration: [307, 308],
  token: [],
};

export class IssuerHttp {
  readonly #options: IssuerHttpOptions;

  constructor(options: IssuerHttpOptions) {
    this.#options = options;
  }

  /** @throws Failure NETWORK_*, naming step and address; the reason of the signal */
  async send(request: IssuerRequest): Promise<IssuerAnswer> {
    const { clock, diagnostics } = this.#options;
    const startedMs = clock.monotonicMs();
    const limit = startLimit(clock, LIMIT_MS[request.kind]);
    const report = (outcome: EventFields): void => {
      const where = { step: request.step, method: request.method, url: urlForPeople(request.url) };
      const ms = Math.round(clock.monotonicMs() - startedMs);
      diagnostics.event("signin.http", { ...where, ...outcome, ms });
    };
    try {
      const answer = await follow(this.#options, request, AbortSignal.any([request.signal, limit.signal]));
      report({ status: answer.status });
      return answer;
    } catch (error) {
      request.signal.throwIfAborted();
      const failure = limit.signal.aborted
        ? new Failure("NETWORK_TIMEOUT", `no answer within ${LIMIT_MS[request.kind] / 1_000} s`)
        : error;
      report({ error: isFailure(failure) ? failure.code : "unexpected" });
      throw named(failure, request);
    } finally {
      limit.cancel();
    }
  }
}

/** Follows the redirects that are followed; any other 3xx is an answer like every other. */
async function follow(
  options: IssuerHttpOptions,
  request: IssuerRequest,
  signal: AbortSignal,
): Promise<IssuerAnswer> {
  let { url } = request;
  for (let followed = 0; ; followed++) {
    const answer = await once(options, { ...request, url }, signal);
    const target = redirectTarget(answer, request.kind);
    if (target === undefined || followed === MAX_REDIRECTS) return answer;
    url = target;
  }
}

function redirectTarget(answer: IssuerAnswer, kind: IssuerRequestKind): URL | undefined {
  const location = answer.header("location");
  if (!FOLLOWED[kind].includes(answer.status) || location === undefined) return undefined;
  if (!URL.canParse(location, answer.url.href)) return undefined;
  const target = new URL(location, answer.url.href);
  return target.origin === answer.url.origin && target.username === "" && target.password === ""
    ? target
    : undefined;
}

async function once(
  { http, checkpoint, policy }: IssuerHttpOptions,
  request: IssuerRequest,
  signal: AbortSignal,
): Promise<IssuerAnswer> {
  const { url, method, body, steps } = request;
  const sending = http.send({
    method,
    url,
    headers: { accept: "application/json", ...request.headers },
    body: body === undefined ? undefined : Buffer.from(body),
    signal,
    step: request.step,
    addresses: policy.addresses(url),
  });
  if (steps) {
    sending.catch(() => {}); // It is awaited below; meanwhile a crash test may hold us.
    await checkpoint(steps.sent);
  }
  const response = await sending;
  const text = await readText(response);
  if (steps) await checkpoint(steps.answered);
  return readAnswer(url, response.status, (name) => response.headerValues(name)[0], text, request);
}

/** @param request what was sent: some issuers quote what they refuse, and what they say is shown */
export function readAnswer(
  url: URL,
  status: number,
  header: IssuerAnswer["header"],
  text: string,
  request: Pick<IssuerRequest, "headers" | "body">,
): IssuerAnswer {
  const type = header("content-type") ?? "";
  const json = parseObject(text) ?? formObject(text, type);
  const hide = (said: string): string => withoutEcho(said, sentSecrets(request));
  return { url, status, header, text, json, words: refusalWords(json, text, type, hide) };
}

/** The form encoding that some issuers answer with, whatever was asked for. */
function formObject(text: string, type: string): JsonObject | undefined {
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  return parseObject(JSON.stringify(Object.fromEntries(new URLSearchParams(text))));
}

async function readText({ body }: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > MAX_BYTES) {
      body.destroy();
      throw new Failure("NETWORK_TOO_LARGE", "the answer is larger than 1 MiB", {
        hint: "No sign-in document is that large. Ask whoever runs the server.",
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function startLimit(clock: Clock, limitMs: number): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController();
  const dueMs = clock.monotonicMs() + limitMs;
  let cancel = clock.after(limitMs, () => {
    // After a suspension the timer runs before the sockets are looked at: an answer may lie there already.
    if (clock.monotonicMs() - dueMs < LATE_MS) controller.abort();
    else cancel = clock.after(SECOND_LOOK_MS, () => controller.abort());
  });
  return { signal: controller.signal, cancel: () => cancel() };
}

function named(error: unknown, { step, method, url }: IssuerRequest): unknown {
  if (!isFailure(error)) return error;
  const reason = error.message.replace(/\.$/, "");
  return new Failure(error.code, `${step} failed: ${method} ${urlForPeople(url)}: ${reason}.`, {
    cause: error,
    hint: error.hint,
    received: error.received,
    ...defined({ status: error.status }),
  });
}

/** Sends what the SDK has built: to the checked `url`, whatever the SDK thinks it is. */
export function sendAs(
  http: IssuerHttp,
  request: Omit<IssuerRequest, "method" | "headers" | "body">,
  more: Readonly<Record<string, string>> = {},
): (url: URL, init: { headers: Record<string, string>; body: string }) => Promise<IssuerAnswer> {
  return (_url, { headers, body }) =>
    http.send({ ...request, method: "POST", headers: { ...headers, ...more }, body });
}

/** `answered 404`, with where a redirect that was not followed leads. */
export function outcomeOf(answer: IssuerAnswer): string {
  const location = answer.header("location");
  if (answer.status >= 300 && answer.status < 400 && location !== undefined)
    return `answered ${answer.status}, a redirect to ${quoted(urlForPeople(location), 120)} that is not followed`;
  return `answered ${answer.status}`;
}
