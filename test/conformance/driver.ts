// The client that the official conformance suite starts: `driver.js <address of the server>`. It plays a stdio host
// of 2025-11-25 with the built program between itself and the server, and the person in the browser. It knows no
// scenario: what it needs to be told comes in MCP_CONFORMANCE_CONTEXT. Exit 1 when the host got a JSON-RPC error,
// which the suite forgives where the scenario demands one.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { browserProgram } from "../support/browser.ts";
import { type Message, type StdioHost, startHost } from "../support/stdio-host.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { filled, type Schema } from "./filled.ts";
import { flagsFor } from "./flags.ts";

const WAIT_MS = 60_000;
/** The last revision with a handshake: the host stays one of 2025, whatever the server is. */
const HOST_REVISION = "2025-11-25";
const HOST = { clientInfo: { name: "conformance-host", version: "1.0.0" }, protocolVersion: HOST_REVISION };
const CAPABILITIES = { elicitation: { form: {} }, sampling: {}, roots: {} };

const url = process.argv.at(-1) ?? "";
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}") as Record<string, string>;
const folder = temporaryFolder();
const browser = browserProgram();
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
  // A page that tells of a failure goes with an error at the host (AUTH-10).
  errors.push(...browser.troubles().map((trouble) => `the person in the browser: ${trouble}`));
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

/** Shakes hands, lists the tools where there are any, and calls each of them once. */
async function play(host: StdioHost): Promise<void> {
  const opened = await request("initialize", { ...HOST, capabilities: CAPABILITIES });
  if (opened === undefined) return;
  host.notify("notifications/initialized");
  if ((opened.capabilities as { tools?: object } | undefined)?.tools === undefined) return;
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
  void host
    .message(
      (message) => {
        if (message.method !== undefined && message.id !== undefined)
          host.send({ jsonrpc: "2.0", id: message.id, result: resultFor(message) });
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

/** A file in the folder of this run. */
function save(name: string, text: string): string {
  const file = path.join(folder.path, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
