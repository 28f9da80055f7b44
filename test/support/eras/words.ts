// What hosts and remotes of the random conversations may say.
import type { Json } from "../hosts/rpc-text.ts";

export const OFFER = {
  capabilities: {
    tools: { listChanged: true },
    resources: { subscribe: true },
    logging: {},
    tasks: { list: {} },
  },
};

export const METHODS = [
  "tools/call",
  "tools/call",
  "prompts/get",
  "resources/read",
  "tools/list",
  "server/discover",
  "x/unknown",
  "resources/subscribe",
  "tasks/get",
];
export const CAPABILITIES: readonly Json[] = [
  {},
  { elicitation: {} },
  { elicitation: { url: {} }, sampling: {}, tasks: {} },
  {
    elicitation: { form: {}, url: {} },
    sampling: {},
    roots: {},
    extensions: { "io.modelcontextprotocol/tasks": {} },
  },
];
export const QUESTIONS: readonly Json[] = [
  { method: "sampling/createMessage", params: { messages: [], task: { ttl: 1 } } },
  { method: "roots/list" },
  { method: "elicitation/create", params: { message: "Who?", requestedSchema: {} } },
  {
    method: "elicitation/create",
    params: { mode: "url", url: "https://x.test", elicitationId: "e", task: {} },
  },
  { method: "ping" },
  { method: "x/ask", params: {} },
];
export const CHANGES = [
  "tools/list_changed",
  "prompts/list_changed",
  "resources/list_changed",
  "resources/updated",
];
export const NASTY = [
  "cancelled",
  "elicitation/complete",
  "tasks/status",
  "tasks",
  "subscriptions/acknowledged",
  "initialized",
];
