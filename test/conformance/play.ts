// What the host does in a run: everything that the server offers, once.
import type { StdioHost } from "../support/hosts/stdio-host.ts";
import { filled, type Schema } from "./filled.ts";
import { type Era, hostOf } from "./hosts.ts";
import { ownStreamSettled } from "./own-stream.ts";

const METHOD_NOT_FOUND = -32601;
/** The bridge's own tool is the list while nobody is signed in. */
const SIGN_IN_TOOL = "drawbridge_sign_in";

export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

interface Tool {
  readonly name: string;
  readonly inputSchema?: Schema;
}

/**
 * Lists and uses what the server has; answers what it asks meanwhile.
 * @param given calls to make instead of one of each tool
 * @returns the JSON-RPC errors that the host got
 */
export async function play(era: Era, program: StdioHost, given?: readonly ToolCall[]): Promise<string[]> {
  const errors: string[] = [];
  const host = hostOf(era, program, errors);
  const request = async (method: string, params: object, forgiven?: number) => {
    const { error, result } = await host.request(method, params);
    if (error && error.code !== forgiven) errors.push(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const listed = async <T>(method: string, member: string) =>
    ((await request(method, {}))?.[member] ?? []) as readonly T[];

  const has = await host.capabilities();
  if (has === undefined) return errors;
  if (has.tools !== undefined) {
    const tools = await listed<Tool>("tools/list", "tools");
    const isSignedIn = !tools.some(({ name }) => name === SIGN_IN_TOOL);
    if (era === "legacy" && tools.length > 0 && isSignedIn) await ownStreamSettled(program);
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
