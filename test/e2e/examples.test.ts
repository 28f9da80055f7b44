// Every example is run: a host's configuration with the program as it says, the server as its README says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { quietPort } from "../support/remotes/quiet-port.ts";
import { VENDOR_SECRET, VENDORS } from "../support/remotes/vendor-copies.ts";

const EXAMPLES = path.join(PROJECT, "examples");
/** What a reader puts the place of the own file for. */
const PATH_TO_INFO = "@/path/to/client-info.json";

interface Entry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** Every server of a host's configuration file, by name. */
function entries(file: string): [string, Entry][] {
  const config = JSON.parse(readFileSync(path.join(EXAMPLES, file), "utf8")) as Record<string, unknown>;
  return Object.entries((config.mcpServers ?? config.servers) as Record<string, Entry>);
}

for (const file of ["claude_desktop_config.json", "cursor/mcp.json", "vscode/mcp.json"])
  for (const [name, entry] of entries(file))
    test(`examples/${file}, ${name}: works as written, but for the address`, {
      timeout: 30_000,
    }, async (t) => {
      const issuer = await startStrictIssuer({
        clients: [
          {
            clientId: "mcp-remote",
            auth: "none",
            redirectUris: ["http://localhost/oauth/callback"],
            anyPort: true,
          },
        ],
      });
      t.after(() => issuer.close());
      const header = entry.env?.DRAWBRIDGE_HEADER;
      const isProtected = header === undefined;
      const remote = await startProtectedRemote(isProtected ? { issuer } : {});
      t.after(() => remote.close());
      assert.equal(entry.command, "npx");
      assert.deepEqual(entry.args.slice(0, 2), ["-y", "mcp-drawbridge"]);
      const args = entry.args
        .slice(2)
        .map((word) => (word === "https://example.com/mcp" ? remote.url : word))
        .map((word) => (word === PATH_TO_INFO ? `@${path.join(EXAMPLES, "client-info.json")}` : word))
        // The literal port belongs to the test of the seed story.
        .filter((word) => word !== "63113");
      const browser = browserProgram();
      t.after(() => browser.remove());
      const host = startHost({ args, env: { ...browser.env, ...entry.env }, cwd: PROJECT });
      t.after(() => host.close());
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/);
      const [first] = remote.server.to("mcp");
      if (header !== undefined) assert.equal(`X-Api-Key: ${first?.headers["x-api-key"]}`, header);
      if (entry.args.includes(PATH_TO_INFO))
        assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.get("client_id"), "mcp-remote");
      issuer.assertClean();
      remote.assertClean();
    });

for (const { name, origins, start } of VENDORS)
  test(`[DISC-12] examples/${name}: signs in at a copy of the vendor's, renews, and starts again`, {
    timeout: 30_000,
  }, async (t) => {
    const port = String(await quietPort());
    const { issuer, remote } = await start(t, `http://localhost:${port}/oauth/callback`);
    const here = (text: string): string =>
      origins(issuer, remote).reduce((said, [there, origin]) => said.replace(there, origin), text);
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const info = path.join(folder.path, "client-info.json");
    const written = readFileSync(path.join(EXAMPLES, name, "client-info.json"), "utf8");
    writeFileSync(info, written.replace("3334", port));
    const [[, entry] = assert.fail(), ...more] = entries(`${name}/claude_desktop_config.json`);
    assert.equal(more.length, 0);
    const args = entry.args
      .slice(2)
      .map((word) => (word === "3334" ? port : word === PATH_TO_INFO ? `@${info}` : here(word)));
    const browser = browserProgram();
    t.after(() => browser.remove());
    const secret = Object.fromEntries(Object.keys(entry.env ?? {}).map((each) => [each, VENDOR_SECRET]));
    for (const time of ["first", "second"]) {
      const host = startHost({
        args,
        env: { ...browser.env, ...secret },
        configDir: path.join(folder.path, "state"),
      });
      t.after(() => host.close());
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/, host.stderr);
      issuer.expireAccessTokens();
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/, host.stderr);
      assert.equal((await host.endInput()).code, 0, time);
    }
    assert.equal(browser.opened().length, 1);
    issuer.assertClean();
  });

test("examples/protected-server: starts as its README says", { timeout: 30_000 }, async (t) => {
  const script = path.join(PROJECT, "build", "examples", "protected-server", "server.js");
  const readme = readFileSync(path.join(EXAMPLES, "protected-server", "README.md"), "utf8");
  assert.ok(readme.includes("node build/examples/protected-server/server.js"));
  const server = spawn(process.execPath, [script, "0", "0"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => server.kill());
  const [chunk] = (await once(server.stdout, "data")) as [Buffer];
  const url = /MCP server (\S+)/.exec(chunk.toString("utf8"))?.[1] ?? assert.fail(String(chunk));
  assert.equal((await fetch(url, { method: "POST", body: "{}" })).status, 401);
});

for (const [browser, env, text] of [
  ["whatever browser there is", process.env, /its last page says|signed in and agreed itself/],
  ["no browser", { PATH: "/nowhere" }, /There is no browser here, so the demo signed in and agreed itself/],
] as const)
  test(`the demo with ${browser} signs in once, starts again without, and takes less than 30 s`, {
    timeout: 60_000,
  }, async () => {
    const script = path.join(PROJECT, "build", "examples", "protected-server", "demo.js");
    const demo = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "pipe"], env });
    let said = "";
    for (const stream of [demo.stdout, demo.stderr])
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8");
      });
    const [code] = await once(demo, "close");
    assert.equal(code, 0, said);
    assert.match(said, text);
    assert.match(said, /No browser was opened this time/);
    const seconds = Number(/Done in ([\d.]+) s/.exec(said)?.[1]);
    assert.ok(seconds < 30, said);
  });
