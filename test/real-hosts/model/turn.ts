// What a model is asked and what it says, whichever API carries it. The "model" is a function from one to the other.

/** A tool as the host offered it; hosts put the server's name before it in ways of their own. */
export interface OfferedTool {
  readonly name: string;
  /** Of the Responses API: tools of a server come in a namespace, which a call has to name. */
  readonly namespace?: string;
}

/** Result of a tool call that the conversation holds. */
export interface ToolResult {
  readonly tool: string;
  readonly text: string;
}

export interface ModelRequest {
  readonly tools: readonly OfferedTool[];
  /** All results of the conversation, the oldest first. */
  readonly results: readonly ToolResult[];
  /** The host waits for events instead of one body. */
  readonly stream: boolean;
}

export interface ToolCall {
  readonly call: OfferedTool;
  readonly args: Readonly<Record<string, unknown>>;
  /** The model takes that long to say so. Default: no time. */
  readonly thinkMs?: number;
}

export type Turn = { readonly say: string } | ToolCall;

/** Some hosts only name the tools of a server, and have this one to call them with. */
export const CALLS_ANOTHER = "tool_call";

/** Name of the tool that is meant by a call. */
export function meantBy(name: string, args: unknown): string {
  return name === CALLS_ANOTHER ? stringOf(objects([args])[0]?.name) : name;
}

/** How one API writes what the model says. */
export interface Written {
  readonly contentType: string;
  readonly body: string;
}

export interface ModelApi {
  readonly name: string;
  /** Does a POST to this path belong to the API? */
  matches(path: string): boolean;
  read(path: string, body: Readonly<Record<string, unknown>>): ModelRequest;
  write(turn: Turn, request: ModelRequest, id: string): Written;
}

export const EVENTS = "text/event-stream";
export const JSON_BODY = "application/json";

/** What JSON text holds; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Objects of an array of foreign data; anything else is left out. */
export function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The text of content that is a string or a list of blocks. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return objects(content)
    .map((block) => stringOf(block.text))
    .join("\n");
}
