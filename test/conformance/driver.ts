// The client that the official conformance suite starts: `driver.js <address of the server>`. It plays a stdio host
// with the built program between itself and the server, and the person in the browser. It knows no scenario: what
// it needs to be told comes in MCP_CONFORMANCE_CONTEXT. Exit 1 when the host got a JSON-RPC error.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { browserProgram } from "../support/browser.ts";
import { type Message, type StdioHost, startHost } from "../support/stdio-host.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { flagsFor } from "./flags.ts";

const WAIT_MS = 60_000;
const url = process.argv.at(-1) ?? "";
const protocolVersion = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? "2025-11-25";
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}") as Record<string, string>;

const folder = temporaryFolder();
const browser = browserProgram();
const save = (name: string, text: string): string => {
  const file = path.join(folder.path, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};
const host = startHost({
  args: [url, ...flagsFor(context, save)],
  configDir: path.join(folder.path, "state"),
  cwd: folder.path,
  env: browser.env,
});
const errors: string[] = [];
try {
  answerRequests(host);
  await play(host);
  const exit = await host.endInput();
  if (exit.code !== 0) errors.push(`the program ended with ${JSON.stringify(exit)}`);
  host.assertPureStdout();
  for (const trouble of browser.troubles()) console.log(`browser: ${trouble}`);
} catch (error) {
  errors.push(String(error));
} finally {
  await host.close();
  browser.remove();
  folder.remove();
}
console.log(host.stderr);
for (const error of errors) console.log(`error: ${error}`);
process.exitCode = errors.length > 0 ? 1 : 0;

/** Shakes hands, lists the tools, and calls each of them once. */
async function play(host: StdioHost): Promise<void> {
  const clientInfo = { name: "conformance-driver", version: "1.0.0" };
  const capabilities = { elicitation: {}, sampling: {}, roots: {} };
  if (!(await request("initialize", { protocolVersion, capabilities, clientInfo }))) return;
  host.notify("notifications/initialized");
  const listed = await request("tools/list", {});
  const tools = (listed?.tools ?? []) as { name: string; inputSchema?: Schema }[];
  for (const { name, inputSchema } of tools)
    await request("tools/call", { name, arguments: filled(inputSchema ?? { type: "object" }) });
}

async function request(method: string, params: object): Promise<Record<string, unknown> | undefined> {
  const answer = await host.request(method, params, WAIT_MS);
  if (answer.error) errors.push(`${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

/** Answers what the server asks of the host, as a person who takes every default. */
function answerRequests(host: StdioHost): void {
  const seen = new Set<Message>();
  void host
    .message(
      (message) => {
        if (message.method !== undefined && message.id !== undefined && !seen.has(message)) {
          seen.add(message);
          host.send({ jsonrpc: "2.0", id: message.id, result: resultFor(message) });
        }
        return false;
      },
      "end of the run",
      10 * WAIT_MS,
    )
    .catch(() => {}); // it ends with the program
}

function resultFor({ method, params }: Message): object {
  if (method === "elicitation/create")
    return { action: "accept", content: filled((params?.requestedSchema ?? { type: "object" }) as Schema) };
  if (method === "sampling/createMessage")
    return { role: "assistant", model: "none", content: { type: "text", text: "Hello." } };
  if (method === "roots/list") return { roots: [] };
  return {};
}

interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A value that fits: the default, else the first choice, else something of the type. */
function filled(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, filled(property)]),
      );
    case "array":
      return [];
    case "number":
    case "integer":
      return 2;
    case "boolean":
      return true;
    default:
      return "text";
  }
}
