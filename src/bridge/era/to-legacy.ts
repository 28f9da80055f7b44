// A modern host's messages for a legacy remote, and that remote's answers for the host. Pure: what is known of both sides is
// given.

import { isDeepStrictEqual } from "node:util";
import {
  isObject,
  type JsonObject,
  type MessageId,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import { MODERN_REVISION, NEWEST_LEGACY_REVISION } from "../../core/mcp/revisions.ts";
import { editMessage, requestMessage, resultMessage } from "./edit-message.ts";
import { META, metaOf } from "./modern-meta.ts";
import { RawObject } from "./raw-object.ts";
import { withoutTask, withoutTasks } from "./tasks.ts";

const ERA_KEYS = [META.protocolVersion, META.clientInfo, META.clientCapabilities, META.logLevel];
const CACHE_HINTS: readonly (readonly [name: string, value: string])[] = [
  ["ttlMs", "0"],
  ["cacheScope", '"private"'],
];

/** The handshake in the host's name, from what its request says of itself. */
export function initializeFor(message: RequestMessage, id: MessageId): RequestMessage {
  const meta = new RawObject(message.bytes).object("params").object("_meta");
  const capabilities = withoutTasks(meta.object(META.clientCapabilities));
  const params = new RawObject()
    .set("protocolVersion", JSON.stringify(NEWEST_LEGACY_REVISION))
    .set("capabilities", capabilities.toBuffer())
    .set("clientInfo", meta.get(META.clientInfo) ?? '{"name":"unknown","version":"0"}');
  return requestMessage(id, "initialize", params.toBuffer());
}

/** A request without what only the modern era says. */
export function legacyRequest(message: RequestMessage, id: MessageId): RequestMessage {
  return editMessage(
    message,
    (top) => {
      const params = withoutTask(message.method, top.object("params"));
      params.delete("inputResponses", "requestState");
      params.setObject("_meta", params.object("_meta").delete(...ERA_KEYS));
      top.setObject("params", params);
    },
    id,
  );
}

/** Is it the same request, sent again with answers? Whoever wrote it may have put its members in another order. */
export function isSentAgain(first: RequestMessage, again: RequestMessage): boolean {
  if (first.method !== again.method) return false;
  const [before, now] = [first, again].map(askedBy);
  return before === now || isDeepStrictEqual(JSON.parse(before ?? ""), JSON.parse(now ?? ""));
}

/** What is asked, whoever asks and however often. */
function askedBy({ bytes }: RequestMessage): string {
  const params = new RawObject(bytes).object("params").delete("inputResponses", "requestState", "_meta");
  return params.toBuffer().toString("utf8");
}

/** The answer to `server/discover`, from the handshake's. */
export function discoverResult(initialize: ResponseMessage, id: MessageId): ResponseMessage {
  const result = new RawObject(initialize.bytes).object("result");
  const capabilities = withoutTasks(result.object("capabilities"));
  const meta = result.object("_meta");
  const serverInfo = result.get("serverInfo");
  if (serverInfo !== undefined) meta.set(META.serverInfo, serverInfo);
  result
    .delete("protocolVersion", "serverInfo")
    .set("supportedVersions", JSON.stringify([MODERN_REVISION]))
    .set("capabilities", capabilities.toBuffer())
    .setObject("_meta", meta);
  return resultMessage(id, complete(result, true).toBuffer());
}

function complete(result: RawObject, isCacheable: boolean): RawObject {
  // Legacy revisions have none of these words, and whatever a remote of theirs means by one, no host would know it.
  result.set("resultType", '"complete"');
  if (isCacheable) for (const [name, value] of CACHE_HINTS) result.set(name, value);
  return result;
}

/** A legacy remote's answer as a modern host reads it. @param serverInfo JSON text */
export function modernResponse(
  method: string,
  response: ResponseMessage,
  id: MessageId = response.id,
  serverInfo?: Buffer,
): ResponseMessage {
  return editMessage(
    response,
    (top) => {
      if (response.value.error !== undefined) {
        const code = modernCode(response.value.error);
        if (code !== undefined)
          top.set("error", top.object("error").set("code", JSON.stringify(code)).toBuffer());
        return;
      }
      const result = complete(top.object("result"), methodFacts(method).cacheable === true);
      const meta = result.object("_meta");
      if (serverInfo !== undefined && meta.get(META.serverInfo) === undefined)
        result.set("_meta", meta.set(META.serverInfo, serverInfo).toBuffer());
      top.set("result", result.toBuffer());
    },
    id,
  );
}

const RESOURCE_NOT_FOUND = -32002;
const URL_ELICITATION_REQUIRED = -32042;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

/** Codes that this era must not use (2026-07-28, basic/index, Error Codes); undefined: it may. */
function modernCode(error: unknown): number | undefined {
  const code = isObject(error) ? error.code : undefined;
  if (code === RESOURCE_NOT_FOUND) return INVALID_PARAMS;
  return typeof code === "number" && code <= -32020 && code >= -32099 ? INTERNAL_ERROR : undefined;
}

/** What an error of 2025-11-25 asks to be opened first, as questions without an id; undefined: it asks nothing. */
export function requiredElicitations({ value: { error } }: ResponseMessage): readonly Buffer[] | undefined {
  if (!isObject(error) || error.code !== URL_ELICITATION_REQUIRED) return undefined;
  const data = isObject(error.data) ? error.data.elicitations : undefined;
  if (!Array.isArray(data) || data.length === 0 || data.length > 100) return undefined;
  return data.filter(isObject).map((one) => Buffer.from(JSON.stringify(one)));
}

/** What the host offers with this request. */
export function declaredCapabilities(message: RequestMessage): JsonObject {
  const declared = metaOf(message)[META.clientCapabilities];
  return isObject(declared) ? declared : {};
}
