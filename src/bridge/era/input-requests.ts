// What a modern remote wants to know before it goes on (`input_required`), as requests that a legacy host understands, and
// the host's answers for the remote (2026-07-28, patterns/mrtr).

import {
  isObject,
  type JsonObject,
  type MessageId,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { requestMessage } from "./edit-message.ts";
import { RawObject } from "./raw-object.ts";

/** One question of the remote. */
export interface InputRequest {
  /** The remote's name for it. */
  readonly key: string;
  readonly method: string;
  /** JSON text of an object. */
  readonly params: Buffer;
}

/** What a result of `input_required` holds. */
export interface InputRequired {
  readonly requests: readonly InputRequest[];
  /** `requestState` as JSON text; undefined: there is none. */
  readonly state: Buffer | undefined;
}

/** Nobody is asked more at once. */
const MAX_REQUESTS = 100;

/** @returns undefined: it is something else; a text: why nothing can be made of it */
export function inputRequired(response: ResponseMessage): InputRequired | string | undefined {
  const { result } = response.value;
  if (!isObject(result) || result.resultType !== "input_required") return undefined;
  const raw = new RawObject(response.bytes).object("result");
  const state = raw.get("requestState");
  const given = isObject(result.inputRequests) ? result.inputRequests : {};
  const keys = Object.keys(given);
  if (keys.length === 0 && state === undefined) return "asks for input but does not say for which";
  if (keys.length > MAX_REQUESTS) return `asks for more than ${MAX_REQUESTS} inputs at once`;
  const texts = raw.object("inputRequests");
  const requests: InputRequest[] = [];
  for (const key of keys) {
    const request = given[key];
    if (!isObject(request) || typeof request.method !== "string") return "asks for input that is no request";
    requests.push({ key, method: request.method, params: texts.object(key).object("params").toBuffer() });
  }
  return { requests, state };
}

/** Why the host cannot be asked this, as the end of "The server asked for ..."; undefined: it can. */
export function notDeclared({ method, params }: InputRequest, capabilities: JsonObject): string | undefined {
  switch (method) {
    case "sampling/createMessage": {
      const { sampling } = capabilities;
      if (!isObject(sampling)) return "sampling";
      const raw = new RawObject(params);
      const isTooling = raw.get("tools") !== undefined || raw.get("toolChoice") !== undefined;
      return isTooling && !isObject(sampling.tools) ? "sampling with tools" : undefined;
    }
    case "roots/list":
      return isObject(capabilities.roots) ? undefined : "roots";
    case "elicitation/create": {
      const { elicitation } = capabilities;
      if (!isObject(elicitation)) return "elicitation";
      const isUrl = new RawObject(params).read("mode") === "url";
      if (isUrl) return isObject(elicitation.url) ? undefined : "elicitation by URL";
      // An empty object says form mode, as it did before there were two.
      return isObject(elicitation.form) || elicitation.url === undefined ? undefined : "elicitation by form";
    }
    default:
      return method;
  }
}

/** The question under an id of the bridge's. @param elicitationId what legacy revisions want at a URL */
export function hostRequest(
  { method, params }: InputRequest,
  id: MessageId,
  elicitationId: string,
): RequestMessage {
  const raw = new RawObject(params);
  if (method === "elicitation/create" && raw.read("mode") === "url" && raw.get("elicitationId") === undefined)
    raw.set("elicitationId", JSON.stringify(elicitationId));
  return requestMessage(id, method, raw.toBuffer());
}

/**
 * The host's answer as the remote takes it. An error has no form there: of an elicitation it means that nothing was
 * entered; undefined: the call cannot go on.
 */
export function inputResponse({ method }: InputRequest, answer: ResponseMessage): Buffer | undefined {
  const result = new RawObject(answer.bytes).get("result");
  if (result !== undefined) return result;
  return method === "elicitation/create" ? Buffer.from('{"action":"cancel"}') : undefined;
}

/** @param answers JSON text by the remote's keys */
export function inputResponses(answers: ReadonlyMap<string, Buffer>): Buffer {
  const responses = new RawObject();
  for (const [key, answer] of answers) responses.set(key, answer);
  return responses.toBuffer();
}
