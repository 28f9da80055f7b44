// What a peer of one era must never be told by the bridge: a row a rule, with the page of the specification that says so.
import { isObject, type Json } from "../hosts/rpc-text.ts";
import { META } from "../remotes/modern-server.ts";

export interface Rule<State> {
  readonly what: string;
  /** Of 2026-07-28, or of 2025-11-25 where it says so. */
  readonly page: string;
  /** @param state as it was before the message */
  breaks(message: Json, state: State): boolean;
}

/** The rules that a message breaks, in words. */
export function breaches<State>(rules: readonly Rule<State>[], message: Json, state: State): string[] {
  return rules
    .filter((rule) => rule.breaks(message, state))
    .map(({ what, page }) => `${what} (${page}): ${JSON.stringify(message).slice(0, 300)}`);
}

export const keyOf = (value: unknown): string => JSON.stringify(value ?? null);
export const objectIn = (of: unknown, name: string): Json => {
  const value = isObject(of) ? of[name] : undefined;
  return isObject(value) ? value : {};
};
export const hasAny = (of: Json, names: readonly string[]): boolean => names.some((name) => name in of);
export const isRequest = ({ method, id }: Json): boolean => method !== undefined && id !== undefined;
export const isNotification = ({ method, id }: Json): boolean => method !== undefined && id === undefined;

/** Keys of `_meta` that only the modern era has (basic/index, `_meta`). */
export const ERA_KEYS = [
  "protocolVersion",
  "clientInfo",
  "clientCapabilities",
  "logLevel",
  "serverInfo",
  "subscriptionId",
].map((name) => META + name);

/** Of the core protocol; what is not among them is a matter of the peers. */
export const CACHEABLE = [
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "server/discover",
];
export const CARRIES_QUESTIONS = ["tools/call", "prompts/get", "resources/read"];
export const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/** Tasks of either era among capabilities. */
export function offersTasks(capabilities: Json): boolean {
  return "tasks" in capabilities || "io.modelcontextprotocol/tasks" in objectIn(capabilities, "extensions");
}

/** Does a host with these capabilities take the request? (2025-11-25 and 2026-07-28, client/*, Capabilities) */
export function isDeclared({ method, params }: Json, capabilities: Json): boolean {
  const { sampling, roots, elicitation } = capabilities;
  if (method === "sampling/createMessage") return isObject(sampling);
  if (method === "roots/list") return isObject(roots);
  if (method !== "elicitation/create" || !isObject(elicitation)) return false;
  if (objectIn({ params }, "params").mode === "url") return isObject(elicitation.url);
  return isObject(elicitation.form) || !("url" in elicitation);
}
