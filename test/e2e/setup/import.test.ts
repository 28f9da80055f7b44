// `import`: an entry and a sign-in that the real mcp-remote made, taken over, used, renewed, and given back.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { MCP_REMOTE_FLAGS } from "../../../src/app/import/mcp-remote-flags.ts";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { needed } from "../../support/project/parts.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { scratchPackages } from "../../support/project/scratch-packages.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startSdkRemoteV2 } from "../../support/remotes/sdk-remote-v2.ts";

const run = promisify(execFile);

interface Entry {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

/** Starts an entry as a host does. @returns the names of the tools */
async function toolsOf(t: TestContext, entry: Entry, env: Record<string, string>): Promise<string[]> {
  const transport = new StdioClientTransport({ ...entry, env: { ...env, ...entry.env }, stderr: "ignore" });
  const client = new Client({ name: "newcomer", version: "1.0.0" });
  t.after(() => client.close());
  await client.connect(transport);
  const { tools } = await client.listTools();
  await client.close();
  return tools.map(({ name }) => name);
}

/** The flags in the program's own README, as far as its examples and sentences name them. */
test("[CLI-1] the list of mcp-remote's flags is that of its README", async (t) => {
  const scratch = needed(t, "mcp-remote", await scratchPackages("mcp-remote", ["mcp-remote@0.15.1"]));
  if (scratch === undefined) return;
  const readme = readFileSync(path.join(scratch, "node_modules", "mcp-remote", "README.md"), "utf8");
  const named = [...new Set([...readme.matchAll(/(?<![\w-])--[a-z][a-z0-9-]+/g)].map(([flag]) => flag))];
  const listed = MCP_REMOTE_FLAGS.map(({ usage }) => usage.split(" ")[0] ?? "");
  assert.deepEqual(
    named.filter((flag) => !listed.includes(flag)),
    [],
  );
});

test("[CLI-2] [TOK-2] an entry and a sign-in of mcp-remote are taken over, renewed, and given back to the byte", async (t) => {
  const scratch = needed(t, "mcp-remote", await scratchPackages("mcp-remote", ["mcp-remote@0.15.1"]));
  if (scratch === undefined) return;
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startSdkRemoteV2({ issuer });
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const home = folder.path;
  const browser = browserProgram();
  t.after(() => browser.remove());
  const nobody = browserProgram({ behaviour: "fail" });
  t.after(() => nobody.remove());

  // As somebody has it today, signed in with mcp-remote itself.
  const mcpRemote = path.join(scratch, "node_modules", "mcp-remote", "dist", "proxy.js");
  const old = { command: process.execPath, args: [mcpRemote, remote.url], env: { KEPT: "yes" }, timeout: 60 };
  const file = path.join(home, ".cursor", "mcp.json");
  mkdirSync(path.dirname(file));
  const text = `{\n  // mine\n  "mcpServers": { "it": ${JSON.stringify(old)} }\n}\n`;
  writeFileSync(file, text);
  const environment = programEnvironment(home);
  assert.ok((await toolsOf(t, old, { ...environment, ...browser.env })).includes("echo"));
  assert.equal(browser.opened().length, 1);
  const store = path.join(home, ".mcp-auth", "mcp-remote-v1");
  const kept = readdirSync(store).filter((name) => /tokens|client_info/.test(name));
  assert.equal(kept.length, 2);

  const program = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [PROGRAM, ...args], { env: environment, cwd: home })).stdout;
  assert.match(await program("import"), /Cursor, it: .*[\s\S]*Nothing was changed/);
  assert.equal(readFileSync(file, "utf8"), text);
  assert.match(await program("import", "--yes"), /The sign-in of mcp-remote was taken over\./);
  assert.ok(
    readdirSync(store).every((name) => !kept.includes(name)),
    "mcp-remote finds it no more",
  );
  const written = readFileSync(file, "utf8");
  assert.ok(written.includes("// mine"));
  const { it } = JSON.parse(written.replace("// mine", "")).mcpServers as { it: Entry & { timeout: number } };
  assert.deepEqual(it.args, [PROGRAM, remote.url]);
  assert.deepEqual([it.env, it.timeout], [{ KEPT: "yes" }, 60]);

  // While the access token lasts, and after it: nobody signs in again.
  const signedIn = { ...environment, ...nobody.env };
  assert.ok((await toolsOf(t, it, signedIn)).includes("echo"));
  const before = issuer.server.to("token").length;
  issuer.expireAccessTokens();
  assert.ok((await toolsOf(t, it, signedIn)).includes("echo"));
  assert.equal(issuer.server.to("token").length, before + 1);
  assert.deepEqual(nobody.opened(), []);

  await program("import", "--undo");
  assert.equal(readFileSync(file, "utf8"), text);
  assert.ok(kept.every((name) => readdirSync(store).includes(name)));
});
