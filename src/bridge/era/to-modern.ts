// A legacy host's messages for a modern remote, and that remote's answers for the host. Pure: what is known of both sides
// is given.

import { OPEN_BRACE } from "../../core/mcp/json-bytes.ts";
import { scanArray } from "../../core/mcp/json-scan.ts";
import type { MessageId } from "../../core/mcp/message.ts";
import {
  isObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { methodFacts } from "../../core/mcp/methods.ts";
import { isLegacyRevision, MODERN_REVISION, NEWEST_LEGACY_REVISION } from "../../core/mcp/revisions.ts";
import { editMessage, editNotification, requestMessage, resultMessage } from "./edit-message.ts";
import { META } from "./modern-meta.ts";
import { RawObject } from "./raw-object.ts";
import { withoutTask, withoutTasks } from "./tasks.ts";

/** What a legacy host said once, and every request of the modern era repeats. */
export interface HostProfile {
  /** JSON text. */
  readonly clientInfo: Buffer | undefined;
  readonly capabilities: Buffer;
}

/** The answers that a request of several rounds carries back (2026-07-28, patterns/mrtr). */
export interface RoundAnswers {
  /** JSON text of `inputResponses`; undefined: nothing was asked. */
  readonly responses: Buffer | undefined;
  /** `requestState` exactly as it came, as JSON text. */
  readonly state: Buffer | undefined;
}

/** @param initialize the host's own */
export function hostProfile(initialize: RequestMessage | undefined): HostProfile {
  const params = new RawObject(initialize?.bytes).object("params");
  return {
    clientInfo: params.get("clientInfo"),
    capabilities: withoutTasks(params.object("capabilities")).toBuffer(),
  };
}

/** `params` with what every request of the modern era says of itself. */
function withMeta(
  params: RawObject,
  { clientInfo, capabilities }: HostProfile,
  logLevel?: string,
): RawObject {
  const meta = params.object("_meta");
  meta.set(META.protocolVersion, JSON.stringify(MODERN_REVISION));
  if (clientInfo !== undefined) meta.set(META.clientInfo, clientInfo);
  meta.set(META.clientCapabilities, capabilities);
  if (logLevel !== undefined) meta.set(META.logLevel, JSON.stringify(logLevel));
  return params.setObject("_meta", meta);
}

/** @param id of this attempt: each round has one of its own */
export function modernRequest(
  message: RequestMessage,
  profile: HostProfile,
  {
    id = message.id,
    logLevel,
    answers,
  }: { id?: MessageId; logLevel?: string | undefined; answers?: RoundAnswers | undefined } = {},
): RequestMessage {
  return editMessage(
    message,
    (top) => {
      const params = withMeta(withoutTask(message.method, top.object("params")), profile, logLevel);
      if (answers?.responses !== undefined) params.set("inputResponses", answers.responses);
      if (answers?.state !== undefined) params.set("requestState", answers.state);
      top.set("params", params.toBuffer());
    },
    id,
  );
}

/** A request that the bridge makes in the host's name. */
export function requestInItsName(
  id: MessageId,
  method: string,
  params: object,
  profile: HostProfile,
): RequestMessage {
  const raw = new RawObject(Buffer.from(JSON.stringify(params)));
  return requestMessage(id, method, withMeta(raw, profile).toBuffer());
}

/** The answer to `initialize`, from what `server/discover` said. @param host how the remote is called if it does not say */
export function initializeResult(
  initialize: RequestMessage,
  discovered: ResponseMessage,
  host: string,
): ResponseMessage {
  const result = new RawObject(discovered.bytes).object("result");
  const meta = result.object("_meta");
  const serverInfo = meta.get(META.serverInfo) ?? result.get("serverInfo");
  const { params } = initialize.value;
  const asked = isObject(params) ? params.protocolVersion : undefined;
  const capabilities = withoutTasks(result.object("capabilities"));
  result
    .delete("supportedVersions", "serverInfo", ...ERA_MEMBERS, ...CACHE_MEMBERS)
    .set("protocolVersion", JSON.stringify(isLegacyRevision(asked) ? asked : NEWEST_LEGACY_REVISION))
    .set("capabilities", capabilities.toBuffer())
    .set("serverInfo", serverInfo ?? JSON.stringify({ name: host, version: "0" }))
    .setObject("_meta", meta.delete(META.serverInfo));
  return resultMessage(initialize.id, result.toBuffer());
}

const ERA_MEMBERS = ["resultType"];
const CACHE_MEMBERS = ["ttlMs", "cacheScope"];

/** A modern remote's answer, as a legacy host reads it. @param id of the host's request */
export function legacyResponse(method: string, response: ResponseMessage, id: MessageId): ResponseMessage {
  if (response.value.error !== undefined) return editMessage(response, () => undefined, id);
  const { result: value } = response.value;
  return editMessage(
    response,
    (top) => {
      const result = top.object("result").delete(...ERA_MEMBERS);
      if (methodFacts(method).cacheable) result.delete(...CACHE_MEMBERS);
      if (result.get("_meta") !== undefined)
        result.setObject("_meta", result.object("_meta").delete(META.serverInfo));
      if (method === "tools/list" && isObject(value)) legacyTools(result, value.tools);
      // Legacy revisions know objects only; the same is in the text.
      const structured = method === "tools/call" ? result.get("structuredContent") : undefined;
      if (structured !== undefined && structured[0] !== OPEN_BRACE) result.delete("structuredContent");
      top.set("result", result.toBuffer());
    },
    id,
  );
}

/** Takes off output schemas that are not of an object: some legacy hosts refuse the whole list for one. */
function legacyTools(result: RawObject, tools: unknown): void {
  const bytes = result.get("tools");
  if (!Array.isArray(tools) || bytes === undefined || tools.every(hasLegacyOutput)) return;
  const texts = scanArray(bytes, 0).map(({ start, end }, at) => {
    const text = bytes.subarray(start, end);
    return hasLegacyOutput(tools[at]) ? text : new RawObject(text).delete("outputSchema").toBuffer();
  });
  const joined = texts.flatMap((text, at) => (at === 0 ? [text] : [Buffer.from(","), text]));
  result.set("tools", Buffer.concat([Buffer.from("["), ...joined, Buffer.from("]")]));
}

function hasLegacyOutput(tool: unknown): boolean {
  if (!isObject(tool) || tool.outputSchema === undefined) return true;
  return isObject(tool.outputSchema) && tool.outputSchema.type === "object";
}

/** A modern remote's notification, as a legacy host reads it; undefined: it has none of the kind. */
export function legacyNotification(message: NotificationMessage): NotificationMessage | undefined {
  if (MODERN_NOTIFICATIONS.has(message.method)) return undefined;
  const meta = new RawObject(message.bytes).object("params").object("_meta");
  if (meta.get(META.subscriptionId) === undefined) return message;
  return editNotification(message, (top) => {
    const edited = top.object("params");
    edited.setObject("_meta", meta.delete(META.subscriptionId));
    top.setObject("params", edited);
  });
}

/** A modern remote ends a listen with `cancelled`; the bridge opens another. Tasks were not offered. */
const MODERN_NOTIFICATIONS = new Set([
  "notifications/subscriptions/acknowledged",
  "notifications/cancelled",
  "notifications/tasks",
  "notifications/tasks/status",
]);

/** What of the host's notifications a modern remote knows of: none of the specification's own. */
export function isLegacyNotification(method: string): boolean {
  return LEGACY_NOTIFICATIONS.has(method);
}

const LEGACY_NOTIFICATIONS = new Set([
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
  "notifications/tasks/status",
]);
