// What remotes of either era must never get.
import type { Json } from "../hosts/rpc-text.ts";
import { META, MODERN } from "../remotes/modern-server.ts";
import {
  CARRIES_QUESTIONS,
  ERA_KEYS,
  hasAny,
  isRequest,
  keyOf,
  objectIn,
  offersTasks,
  type Rule,
} from "./rules.ts";

/** What the bridge sent: `message` is `{}` where there is no body. */
export interface RemoteState {
  /** HTTP method and headers of what is looked at. */
  http: string;
  headers: Readonly<Record<string, string>>;
  /** It has said which era it speaks. */
  isMet: boolean;
  /** Ids of requests, as JSON text. */
  readonly ids: Set<string>;
  /** Requests of its own that are open. */
  readonly asked: Set<string>;
  /** States that it gave out. */
  readonly states: Set<unknown>;
  readonly sessions: Set<string>;
}

export function newRemoteState(): RemoteState {
  const [ids, asked, states, sessions] = [new Set<string>(), new Set<string>(), new Set(), new Set<string>()];
  return { http: "", headers: {}, isMet: false, ids, asked, states, sessions };
}

const paramsOf = (message: Json): Json => objectIn(message, "params");
const metaOf = (message: Json): Json => objectIn(paramsOf(message), "_meta");
const says =
  (methods: readonly string[]) =>
  ({ method }: Json) =>
    methods.includes(String(method));
const isResponse = (message: Json): boolean => "result" in message || "error" in message;

const LEGACY_WORDS = [
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
  "notifications/tasks/status",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
  "tasks/list",
  "tasks/result",
  "tasks/get",
];

export const MODERN_REMOTE: readonly Rule<RemoteState>[] = [
  {
    what: "anything but a POST",
    page: "changelog, Major changes 1 and 4",
    breaks: (_message, { http }) => http !== "POST",
  },
  {
    what: "a response or a batch",
    page: "basic/transports/streamable-http, Sending Messages 4",
    breaks: (message) => isResponse(message) || Array.isArray(message),
  },
  {
    what: "a session, or a stream that is taken up",
    page: "changelog, Major changes 1 and 9",
    breaks: (_message, { headers }) => hasAny(headers, ["mcp-session-id", "last-event-id"]),
  },
  {
    what: "initialize after it has said its era",
    page: "basic/versioning, Backward Compatibility",
    breaks: (message, { isMet }) => isMet && message.method === "initialize",
  },
  {
    what: "words that are gone",
    page: "changelog, Major changes 2, 4, 5 and 6",
    breaks: says(LEGACY_WORDS),
  },
  {
    what: "a request that does not say of itself what each must",
    page: "basic/index, Per-request protocol fields",
    breaks: (message) =>
      isRequest(message) &&
      message.method !== "initialize" &&
      (metaOf(message)[`${META}protocolVersion`] !== MODERN ||
        typeof metaOf(message)[`${META}clientCapabilities`] !== "object"),
  },
  {
    what: "headers that are not those of the body",
    page: "basic/transports/streamable-http, Request Metadata",
    breaks: (message, { headers }) =>
      isRequest(message) &&
      message.method !== "initialize" &&
      (headers["mcp-method"] !== message.method || headers["mcp-protocol-version"] !== MODERN),
  },
  {
    what: "an id for the second time",
    page: "basic/patterns/mrtr, Client Requirements 3",
    breaks: (message, { ids }) => isRequest(message) && ids.has(keyOf(message.id)),
  },
  {
    what: "answers or a state that it did not ask for, or in another request",
    page: "basic/patterns/mrtr, Client Requirements 2 and 4",
    breaks: (message, { states }) => {
      const params = paramsOf(message);
      if (!hasAny(params, ["inputResponses", "requestState"])) return false;
      return !CARRIES_QUESTIONS.includes(String(message.method)) || !states.has(params.requestState);
    },
  },
  {
    what: "tasks of the other era",
    page: "changelog, Major changes 6",
    breaks: (message) =>
      (message.method === "tools/call" && "task" in paramsOf(message)) ||
      offersTasks(objectIn(metaOf(message), `${META}clientCapabilities`)),
  },
];

export const LEGACY_REMOTE: readonly Rule<RemoteState>[] = [
  {
    what: "requests of the other era",
    page: "basic/versioning, Terminology",
    breaks: (message, { isMet }) =>
      isMet && says(["server/discover", "subscriptions/listen", "tasks/get", "tasks/update"])(message),
  },
  {
    what: "what each modern request says of itself",
    page: "basic/index, _meta",
    breaks: (message, { isMet }) => isMet && hasAny(metaOf(message), ERA_KEYS),
  },
  {
    what: "answers or a state in a request",
    page: "basic/patterns/mrtr",
    breaks: (message, { isMet }) => isMet && hasAny(paramsOf(message), ["inputResponses", "requestState"]),
  },
  {
    what: "headers of the other era",
    page: "basic/transports/streamable-http, Request Metadata",
    breaks: ({ method }, { isMet, headers }) =>
      isMet &&
      (hasAny(headers, ["mcp-name"]) ||
        ("mcp-method" in headers && method !== "initialize") ||
        headers["mcp-protocol-version"] === MODERN),
  },
  {
    what: "anything outside its session",
    page: "2025-11-25, basic/transports, Session Management",
    breaks: ({ method }, { isMet, headers, sessions }) =>
      isMet && method !== "initialize" && !sessions.has(headers["mcp-session-id"] ?? ""),
  },
  {
    what: "an answer to nothing that it asked",
    page: "2025-11-25, basic/index, Responses",
    breaks: (message, { asked }) => isResponse(message) && !asked.has(keyOf(message.id)),
  },
  {
    what: "an id for the second time",
    page: "2025-11-25, basic/index, Requests",
    breaks: (message, { ids }) => isRequest(message) && ids.has(keyOf(message.id)),
  },
  {
    what: "tasks of the other era",
    page: "changelog, Major changes 6",
    breaks: (message, { isMet }) =>
      (isMet && message.method === "tools/call" && "task" in paramsOf(message)) ||
      (message.method === "initialize" && offersTasks(objectIn(paramsOf(message), "capabilities"))),
  },
];
