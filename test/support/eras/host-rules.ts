// What hosts of either era must never hear.
import { isObject, type Json } from "../hosts/rpc-text.ts";
import { META } from "../remotes/modern-server.ts";
import {
  CACHEABLE,
  CARRIES_QUESTIONS,
  ERA_KEYS,
  hasAny,
  isDeclared,
  isNotification,
  isRequest,
  keyOf,
  LEVELS,
  objectIn,
  offersTasks,
  type Rule,
} from "./rules.ts";

/** What a host has said that is still open. */
export interface HostState {
  /** Its requests without an answer, by the JSON text of the id. */
  readonly open: Map<string, { readonly method: string; readonly meta: Json }>;
  /** The filter that a listen asked for, and whether it was acknowledged. */
  readonly listens: Map<string, { readonly filter: Json; isOpen: boolean }>;
  /** Of a legacy host. */
  capabilities: Json;
}

const paramsOf = (message: Json): Json => objectIn(message, "params");
const metaOf = (message: Json): Json => objectIn(paramsOf(message), "_meta");
const resultOf = (message: Json): Json => objectIn(message, "result");
const askedBy = ({ id }: Json, { open }: HostState) => open.get(keyOf(id));

const ONE_ANSWER: Rule<HostState> = {
  what: "an answer to nothing that is open",
  page: "basic/index, Responses",
  breaks: (message, state) =>
    message.method === undefined &&
    askedBy(message, state) === undefined &&
    !state.listens.has(keyOf(message.id)),
};
const KNOWN_PROGRESS: Rule<HostState> = {
  what: "progress of nothing that is open",
  page: "basic/patterns/progress",
  breaks: (message, { open }) =>
    message.method === "notifications/progress" &&
    ![...open.values()].some(
      ({ meta }) => keyOf(meta.progressToken) === keyOf(paramsOf(message).progressToken),
    ),
};

const ERA_RESULT = ["resultType", "inputRequests", "requestState", "supportedVersions"];

export const LEGACY_HOST: readonly Rule<HostState>[] = [
  ONE_ANSWER,
  KNOWN_PROGRESS,
  {
    what: "a result's kind, its questions or its state",
    page: "basic/index, ResultType; basic/patterns/mrtr; server/discover",
    breaks: (message) => hasAny(resultOf(message), ERA_RESULT),
  },
  {
    what: "how long a result may be kept",
    page: "server/utilities/caching",
    breaks: (message, state) =>
      CACHEABLE.includes(askedBy(message, state)?.method ?? "") &&
      hasAny(resultOf(message), ["ttlMs", "cacheScope"]),
  },
  {
    what: "keys of _meta that each modern message has",
    page: "basic/index, _meta",
    breaks: (message) =>
      hasAny(metaOf(message), ERA_KEYS) || hasAny(objectIn(resultOf(message), "_meta"), ERA_KEYS),
  },
  {
    what: "notifications of subscriptions and of the tasks extension",
    page: "basic/patterns/subscriptions; SEP-2663",
    breaks: ({ method }) =>
      [
        "notifications/subscriptions/acknowledged",
        "notifications/tasks",
        "notifications/tasks/status",
      ].includes(String(method)),
  },
  {
    what: "a request that it did not offer to answer",
    page: "2025-11-25, basic/lifecycle, Operation",
    breaks: (message, { capabilities }) =>
      isRequest(message) && message.method !== "ping" && !isDeclared(message, capabilities),
  },
  {
    what: "a page to open without an elicitationId",
    page: "2025-11-25, client/elicitation, URL mode",
    breaks: (message) =>
      message.method === "elicitation/create" &&
      paramsOf(message).mode === "url" &&
      typeof paramsOf(message).elicitationId !== "string",
  },
  {
    what: "structured content that is no object",
    page: "2025-11-25, server/tools, Structured Content",
    breaks: (message, state) =>
      askedBy(message, state)?.method === "tools/call" &&
      "structuredContent" in resultOf(message) &&
      !isObject(resultOf(message).structuredContent),
  },
  {
    what: "tasks of the other era",
    page: "changelog, Major changes 6",
    breaks: (message) => offersTasks(objectIn(resultOf(message), "capabilities")),
  },
];

const CHANGES: Readonly<Record<string, string>> = {
  "notifications/tools/list_changed": "toolsListChanged",
  "notifications/prompts/list_changed": "promptsListChanged",
  "notifications/resources/list_changed": "resourcesListChanged",
  "notifications/resources/updated": "resourceSubscriptions",
};
const GONE = ["notifications/elicitation/complete", "notifications/tasks/status", "notifications/tasks"];
export const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const questionsIn = (message: Json): Json[] =>
  Object.values(objectIn(resultOf(message), "inputRequests")).filter(isObject);

export const MODERN_HOST: readonly Rule<HostState>[] = [
  ONE_ANSWER,
  KNOWN_PROGRESS,
  {
    what: "a request",
    page: "basic/transports/stdio, Receiving Messages",
    breaks: isRequest,
  },
  {
    what: "a result that does not say its kind, or one that nobody knows",
    page: "basic/index, ResultType",
    breaks: (message) =>
      "result" in message && !["complete", "input_required"].includes(String(resultOf(message).resultType)),
  },
  {
    what: "a complete result that does not say how long it may be kept",
    page: "server/utilities/caching",
    breaks: (message, state) => {
      const { resultType, ttlMs, cacheScope } = resultOf(message);
      const isHinted =
        typeof ttlMs === "number" && ttlMs >= 0 && ["public", "private"].includes(String(cacheScope));
      return (
        CACHEABLE.includes(askedBy(message, state)?.method ?? "") && resultType === "complete" && !isHinted
      );
    },
  },
  {
    what: "questions where there are none, or without a state",
    page: "basic/patterns/mrtr, Supported Requests",
    breaks: (message, state) =>
      resultOf(message).resultType === "input_required" &&
      (!CARRIES_QUESTIONS.includes(askedBy(message, state)?.method ?? "") ||
        !hasAny(resultOf(message), ["inputRequests", "requestState"])),
  },
  {
    what: "a question that it did not offer to answer with this request",
    page: "basic/patterns/mrtr, Server Requirements 7",
    breaks: (message, state) => {
      const declared = objectIn(askedBy(message, state)?.meta, `${META}clientCapabilities`);
      return questionsIn(message).some((question) => !isDeclared(question, declared));
    },
  },
  {
    what: "a question with members that are gone",
    page: "changelog, Minor changes 11 and Major changes 6",
    breaks: (message) =>
      questionsIn(message).some((question) => hasAny(paramsOf(question), ["elicitationId", "task"])),
  },
  {
    what: "a log message that no open request asked for",
    page: "server/utilities/logging",
    breaks: (message, { open }) =>
      message.method === "notifications/message" &&
      ![...open.values()].some(({ meta }) => {
        const level = LEVELS.indexOf(String(meta[`${META}logLevel`]));
        return level >= 0 && LEVELS.indexOf(String(paramsOf(message).level)) >= level;
      }),
  },
  {
    what: "a change that no open listen asked for",
    page: "basic/patterns/subscriptions",
    breaks: (message, { listens }) => {
      const filter = CHANGES[String(message.method)];
      if (filter === undefined) return false;
      const listen = listens.get(keyOf(metaOf(message)[`${META}subscriptionId`]));
      return listen?.isOpen !== true || !(filter in listen.filter);
    },
  },
  {
    what: "an acknowledgment of no listen, or a second one",
    page: "basic/patterns/subscriptions, Acknowledgment",
    breaks: (message, { listens }) =>
      message.method === ACKNOWLEDGED &&
      listens.get(keyOf(metaOf(message)[`${META}subscriptionId`]))?.isOpen !== false,
  },
  {
    what: "a cancellation of something else than a listen",
    page: "basic/patterns/cancellation",
    breaks: (message, { listens }) =>
      message.method === "notifications/cancelled" && !listens.has(keyOf(paramsOf(message).requestId)),
  },
  {
    what: "notifications that are gone or not offered",
    page: "changelog, Minor changes 11 and Major changes 6",
    breaks: (message) => isNotification(message) && GONE.includes(String(message.method)),
  },
  {
    what: "an error code that must not be used",
    page: "basic/index, Error Codes",
    breaks: (message) => {
      const code = Number(objectIn(message, "error").code);
      const isReserved = code <= -32020 && code >= -32099 && ![-32020, -32021, -32022].includes(code);
      return "error" in message && (code === -32002 || isReserved);
    },
  },
  {
    what: "a handshake's words, or tasks of the other era, in a discovery",
    page: "server/discover; changelog, Major changes 6",
    breaks: (message, state) =>
      askedBy(message, state)?.method === "server/discover" &&
      "result" in message &&
      (!Array.isArray(resultOf(message).supportedVersions) ||
        hasAny(resultOf(message), ["protocolVersion", "serverInfo"]) ||
        offersTasks(objectIn(resultOf(message), "capabilities"))),
  },
];
