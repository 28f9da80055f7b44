// What the host does in a run: everything that the server offers, once.
import type { Message, StdioHost } from "../support/hosts/stdio-host.ts";
import { filled, type Schema } from "./filled.ts";
import { ownStreamSettled } from "./own-stream.ts";

/** The last revision with a handshake: the host stays one of 2025, whatever the server is. */
const HELLO = {
  protocolVersion: "2025-11-25",
  clientInfo: { name: "conformance-host", version: "1.0.0" },
  capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
};
const WAIT_MS = 60_000;
const METHOD_NOT_FOUND = -32601;

export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

interface Tool {
  readonly name: string;
  readonly inputSchema?: Schema;
}

/**
 * Shakes hands, then lists and uses what the server has; answers what it asks meanwhile.
 * @param given calls to make instead of one of each tool
 * @returns the JSON-RPC errors that the host got
 */
export async function play(host: StdioHost, given?: readonly ToolCall[]): Promise<string[]> {
  const errors: string[] = [];
  const request = async (method: string, params: object, forgiven?: number) => {
    const { error, result } = await host.request(method, params, WAIT_MS);
    if (error && error.code !== forgiven) errors.push(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const listed = async <T>(method: string, member: string) =>
    ((await request(method, {}))?.[member] ?? []) as readonly T[];

  answerRequests(host);
  const hello = await request("initialize", HELLO);
  if (hello === undefined) return errors;
  host.notify("notifications/initialized");
  const has = (hello.capabilities ?? {}) as Readonly<Record<string, unknown>>;
  if (has.tools !== undefined) {
    const tools = await listed<Tool>("tools/list", "tools");
    // Without a session there is no stream.
    if (tools.length > 0) await ownStreamSettled(host);
    // A server that lists tools and knows no calls only wants to be asked for the list.
    for (const call of given ?? tools.map((tool) => callOf(tool, tools)))
      await request("tools/call", call, METHOD_NOT_FOUND);
  }
  if (has.resources !== undefined)
    for (const { uri } of await listed<{ uri: string }>("resources/list", "resources"))
      await request("resources/read", { uri });
  if (has.prompts !== undefined)
    for (const { name } of await listed<{ name: string }>("prompts/list", "prompts"))
      await request("prompts/get", { name });
  return errors;
}

/** A tool that takes a `schema` gets that of the first tool, as it came. */
function callOf({ name, inputSchema = { type: "object" } }: Tool, [first]: readonly Tool[]): ToolCall {
  const values = filled(inputSchema);
  if (inputSchema.properties?.schema === undefined) return { name, arguments: values };
  return { name, arguments: { ...(values as object), schema: first?.inputSchema } };
}

/** Answers what the server asks of the host, as a person who takes every default. */
function answerRequests(host: StdioHost): void {
  const answer = (message: Message): false => {
    if (message.method !== undefined && message.id !== undefined)
      host.send({ jsonrpc: "2.0", id: message.id, result: resultFor(message) });
    return false;
  };
  host.message(answer, "end of the run", 10 * WAIT_MS).catch(() => {}); // it ends with the program
}

function resultFor({ method, params }: Message): object {
  if (method === "elicitation/create")
    return { action: "accept", content: filled((params?.requestedSchema ?? { type: "object" }) as Schema) };
  if (method === "sampling/createMessage")
    return { role: "assistant", model: "none", content: { type: "text", text: "Hello." } };
  if (method === "roots/list") return { roots: [] };
  return {};
}
