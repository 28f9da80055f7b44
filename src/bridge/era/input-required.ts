// The result that tells a modern host what a legacy remote asks while it carries out a call (2026-07-28, patterns/mrtr).

import type { MessageId, RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { errorMessage, resultMessage } from "./edit-message.ts";
import { RawObject } from "./raw-object.ts";

/** A question of a legacy remote to the host. */
export interface RemoteQuestion {
  /** The bridge's name for it. */
  readonly key: string;
  /** Of the remote's request; undefined: an error of the remote's that names it. */
  readonly id: MessageId | undefined;
  readonly method: string;
  /** JSON text of an object. */
  readonly params: Buffer;
}

export function questionOf(message: RequestMessage, key: string): RemoteQuestion {
  const params = new RawObject(message.bytes).object("params").toBuffer();
  return { key, id: message.id, method: message.method, params };
}

/** @param state of the bridge's own making */
export function inputRequiredResult(
  id: MessageId,
  questions: readonly RemoteQuestion[],
  state: string,
): ResponseMessage {
  const requests = new RawObject();
  for (const { key, method, params } of questions) {
    const request = new RawObject().set("method", JSON.stringify(method));
    // What only earlier revisions have; the outcome is known when the call is sent again.
    request.set("params", new RawObject(params).delete("elicitationId", "task").toBuffer());
    requests.set(key, request.toBuffer());
  }
  const result = new RawObject()
    .set("resultType", '"input_required"')
    .set("inputRequests", requests.toBuffer())
    .set("requestState", JSON.stringify(state));
  return resultMessage(id, result.toBuffer());
}

/** The host's answers by question, as JSON text. */
export function givenAnswers(message: RequestMessage): RawObject {
  return new RawObject(message.bytes).object("params").object("inputResponses");
}

/** What a request that is sent again says it belongs to; undefined: it is not sent again. */
export function requestState(message: RequestMessage): string | undefined {
  const state = new RawObject(message.bytes).object("params").read("requestState");
  return typeof state === "string" ? state : undefined;
}

const MESSAGES: Readonly<Record<string, string>> = {
  "sampling/createMessage": "The host does not take sampling requests now",
  "roots/list": "The host does not tell its roots now",
};

/** The answer to a question that cannot be asked now, as the legacy revision allows. */
export function declined({ method, id }: Pick<RequestMessage, "method" | "id">): ResponseMessage {
  if (method === "ping") return resultMessage(id, "{}");
  if (method === "elicitation/create") return resultMessage(id, '{"action":"cancel"}');
  const message = MESSAGES[method];
  const error = message === undefined ? { code: -32601, message: "Method not found" } : { code: -1, message };
  return errorMessage(id, JSON.stringify(error));
}
