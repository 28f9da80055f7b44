// `npm run demo`: the whole story on this machine. A protected MCP server, a host that starts the bridge, one sign-in,
// a tool call, and a restart that needs no sign-in.
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { findChromium, signIn, startChromium } from "../../test/support/browsers/chromium.ts";
import { consent } from "../../test/support/browsers/person.ts";

const program = path.resolve(import.meta.dirname, "../../../dist/main.js");
const folder = mkdtempSync(path.join(tmpdir(), "drawbridge-demo-"));
const startedAt = performance.now();
// `oidc-provider` warns that an example is no production server. True, but not now.
console.warn = console.info = () => {};
const { startProtectedServer } = await import("./start.ts");

let step = 0;
function say(text: string): void {
  step += 1;
  process.stdout.write(`${String(step).padStart(2)}. ${text}\n`);
}

const server = await startProtectedServer();
try {
  say(`A protected MCP server listens at ${server.url}; its issuer is ${server.issuerUrl}.`);
  const browser = fakeBrowser();
  const signedIn = browser.opened().then(playPerson);
  say("A host starts the bridge as if it were a local server, and shakes hands.");
  const first = await startHost(browser.program);
  say(await signedIn);
  await useTools(first);
  await first.close();
  say("The host quits, and the bridge with it.");

  const opened = browser.count();
  const second = await startHost(browser.program);
  say("The host starts the bridge again.");
  await useTools(second);
  await second.close();
  if (browser.count() !== opened) throw new Error("The second start opened a browser.");
  say("No browser was opened this time: the sign-in was kept, encrypted, for the next start.");
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(`\nDone in ${seconds.toFixed(1)} s.\n`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The official SDK's client as host. The key is kept in a file beside the record, so that the demo leaves no trace. */
async function startHost(browser: string): Promise<Client> {
  const client = new Client({ name: "demo-host", version: "1.0.0" });
  const args = [program, server.url, "--store", "file", "--config-dir", path.join(folder, "state")];
  const env = { PATH: process.env.PATH ?? "", HOME: folder, BROWSER: browser };
  const transport = new StdioClientTransport({ command: process.execPath, args, env, stderr: "pipe" });
  transport.stderr?.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString("utf8").split("\n"))
      if (line.trim() !== "") process.stdout.write(`      bridge: ${line.trim().slice(0, 160)}\n`);
  });
  await client.connect(transport);
  return client;
}

async function useTools(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  say(`The host lists the tools: ${tools.map(({ name }) => name).join(", ")}.`);
  const { content } = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
  const [first] = content;
  say(`It calls one, which answers: ${first?.type === "text" ? first.text : "?"}`);
}

/** A real browser where there is one; else plain HTTP requests that press the same buttons. */
async function playPerson(url: string): Promise<string> {
  say("The server asked for a sign-in, so the bridge found the issuer, registered, and opened a browser.");
  const executable = findChromium();
  if (executable === undefined) {
    const pages = await consent(url);
    return `There is no browser here, so the demo signed in and agreed itself, in ${pages.length} HTTP requests.`;
  }
  const browser = await startChromium(executable);
  try {
    const last = await signIn(browser, url);
    return `A person signed in and agreed, in a real browser; its last page says: ${last.title}.`;
  } finally {
    await browser.close();
  }
}

/** A program for $BROWSER that writes down what it is to open. */
function fakeBrowser(): { program: string; opened(): Promise<string>; count(): number } {
  const executable = path.join(folder, "browser");
  const log = path.join(folder, "opened");
  writeFileSync(executable, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n`, { mode: 0o700 });
  const lines = (): string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return {
    program: executable,
    count: () => lines().length,
    async opened() {
      const watcher = watch(folder);
      try {
        for (;;) {
          const [url] = lines();
          if (url) return url;
          await new Promise((done) => watcher.once("change", done));
        }
      } finally {
        watcher.close();
      }
    },
  };
}
