// Reads an HTTP error, or a success that is no MCP, for people and for deciding what to do.

import { Failure } from "../../core/failure/failure.ts";
import { isObject, type ResponseMessage, readMessage } from "../../core/mcp/message.ts";
import type { HttpResponse } from "../../core/ports/http.ts";
import { inTheirWords, quoted, urlForPeople } from "../../core/text/printable.ts";
import { withoutEcho } from "../../core/text/redaction.ts";
import { type BodyLimits, collectBody } from "./body-reader.ts";
import { firewallIn } from "./firewall.ts";
import type { RemoteResponse } from "./remote-http.ts";
import { challengesOf, isHtml, isJson, mediaType } from "./response-kind.ts";
import type { HttpError } from "./transport.ts";

/** What is read of an error's body. */
const MAX_ERROR_BYTES = 1 << 20;
/** How long is read: the status alone says what to do, and a sign-in must not wait for words that never end. */
const ERROR_BODY_MS = 5_000;

/** @param url what was asked, for people */
export async function readHttpError(
  { response, credentials, sent }: RemoteResponse,
  bodyLimits: BodyLimits,
  url: URL,
): Promise<HttpError> {
  const cancelTimer = bodyLimits.clock.after(ERROR_BODY_MS, () => response.body.destroy());
  const body = await collectBody(response, bodyLimits, MAX_ERROR_BYTES)
    .catch(() => undefined)
    .finally(cancelTimer);
  const text = body?.toString("utf8", 0, 2_000) ?? "";
  const type = mediaType(headerOf(response, "content-type"));
  const found = body && !isHtml(type) ? errorAnswerIn(body) : undefined;
  const said = found ? errorMessage(found) : isJson(type) || type === "text/plain" || type === "" ? text : "";
  return httpErrorOf({ response, credentials, sent }, url, found, said, found ? errorText(found) : text);
}

/** A JSON-RPC error in an answer of any status, for deciding what to do about it. */
export function answeredError(answered: RemoteResponse, answer: ResponseMessage, url: URL): HttpError {
  return httpErrorOf(answered, url, answer, errorMessage(answer), errorText(answer));
}

function httpErrorOf(
  { response, credentials, sent }: RemoteResponse,
  url: URL,
  answer: ResponseMessage | undefined,
  said: string,
  text: string,
): HttpError {
  const words = said.trim() === "" ? "" : `, ${inTheirWords(withoutEcho(said, secretsIn(sent)))}`;
  return {
    status: response.status,
    retryAfter: headerOf(response, "retry-after"),
    wwwAuthenticate: challengesOf(response),
    dpopNonce: headerOf(response, "dpop-nonce"),
    sent: credentials,
    answer,
    firewall: answer
      ? undefined
      : firewallIn(response.status, response.headers, mediaType(headerOf(response, "content-type"))),
    sentence: `${urlForPeople(url)} answered ${response.status}${words}.`,
    text,
  };
}

/** Headers that tell nothing; any other may be a key. */
const PLAIN = new Set(["accept", "content-type", "last-event-id", "mcp-protocol-version"]);

function secretsIn(headers: RemoteResponse["sent"]): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (PLAIN.has(name) ? [] : [value]));
}

/** The failure REMOTE_NOT_MCP, for a success of something that does not speak MCP. Ends the answer. */
export function responseInBody(response: HttpResponse, url: URL): Failure {
  response.body.on("error", () => undefined).destroy();
  const type = quoted(headerOf(response, "content-type") ?? "nothing", 80);
  return new Failure("REMOTE_NOT_MCP", `${urlForPeople(url)} answered with ${type} in place of MCP.`, {
    status: response.status,
  });
}

export function headerOf(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function errorAnswerIn(body: Buffer): ResponseMessage | undefined {
  const found = readMessage(body);
  return found.kind === "response" && found.value.error !== undefined ? found : undefined;
}

function errorMessage(answer: ResponseMessage): string {
  const { error } = answer.value;
  const words = isObject(error) ? error.message : error;
  return typeof words === "string" ? words : "";
}

/** All that an error says in words, whatever its shape. */
export function errorText(answer: ResponseMessage): string {
  const { error } = answer.value;
  if (!isObject(error)) return typeof error === "string" ? error : "";
  return [error.message, error.data].filter((one) => typeof one === "string").join(". ");
}
