// What the model does: it calls the sign-in tool while that is offered and useful, then the remote's tool, then reports.
import { CALLS_ANOTHER, type ModelRequest, meantBy, type ToolCall, type Turn } from "./turn.ts";

type Args = ToolCall["args"];

export const SIGN_IN_TOOL = "drawbridge_sign_in";

/** Calls of the sign-in tool in one conversation. The second is for a person who had to be given the address first. */
const MOST_CALLS = 3;
const MOST_SEARCHES = 3;
/** Hosts that begin without their slow servers bring the tools in a later turn, and no model answers in no time. */
const THINK_MS = 3_000;

/** Does a host mean the tool `name` by `offered`? Hosts put the server's name before it. */
export function isTool(name: string, offered: string): boolean {
  return offered === name || new RegExp(`[^a-zA-Z]${name}$`).test(offered);
}

/** A conversation, and the tools it names that have to be loaded with a search tool before they can be called. */
export interface Conversation extends ModelRequest {
  readonly named: readonly string[];
}

export function callsSignIn(turn: Turn): boolean {
  return "call" in turn && isTool(SIGN_IN_TOOL, meantBy(turn.call.name, turn.args));
}

/** All names that a model learns of, whether it can call them at once or has to load them first. */
export function namesIn({ tools, named }: Conversation): readonly string[] {
  return [...new Set([...tools.map(({ name }) => name), ...named])];
}

export function signInScript(request: Conversation): Turn {
  const { results } = request;
  const calls = results.filter(({ tool }) => isTool(SIGN_IN_TOOL, tool));
  const isWaiting = calls.at(-1) === undefined || /call this tool again/i.test(calls.at(-1)?.text ?? "");
  const signIn = isWaiting && calls.length < MOST_CALLS ? toCall(SIGN_IN_TOOL, {}, request) : undefined;
  if (signIn) return signIn;
  const echoed = results.some(({ tool }) => isTool("echo", tool));
  const echo = echoed ? undefined : toCall("echo", { text: "hello" }, request);
  if (echo) return echo;
  const search = calls.length === 0 && !echoed ? toSearch("remote", request) : undefined;
  return search ?? { say: report(request) };
}

/** Calls the tool, or loads it first where the host only names it. */
function toCall(name: string, args: Args, request: Conversation): Turn | undefined {
  const offered = request.tools.find((tool) => isTool(name, tool.name));
  if (offered) return { call: offered, args };
  const known = request.named.find((one) => isTool(name, one));
  if (known === undefined) return undefined;
  const caller = request.tools.find((tool) => tool.name === CALLS_ANOTHER);
  if (caller) return { call: caller, args: { name: known, arguments: args } };
  return toSearch(`select:${known}`, request);
}

/** Looks for tools, where a host has a tool for that. */
function toSearch(query: string, { tools, results }: Conversation): Turn | undefined {
  const isSearch = (name: string): boolean => /^tool_?search$/i.test(name);
  const search = tools.find(({ name }) => isSearch(name));
  if (search === undefined || results.filter(({ tool }) => isSearch(tool)).length >= MOST_SEARCHES)
    return undefined;
  return { call: search, args: { query }, ...(query.startsWith("select:") ? {} : { thinkMs: THINK_MS }) };
}

function report(request: Conversation): string {
  const last = request.results.at(-1);
  return `Tools: ${namesIn(request).join(", ")}.${last ? ` The last result: ${last.text}` : ""}`;
}
