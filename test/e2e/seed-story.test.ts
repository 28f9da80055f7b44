// The story this project started from, on its own ports: see examples/seed-story/README.md.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { type ProtectedServer, startProtectedServer } from "../../examples/protected-server/start.ts";
import { browserProgram } from "../support/browsers/browser.ts";
import { findChromium, signIn, startChromium } from "../support/browsers/chromium.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { createAuthority, createLeaf } from "../support/project/certificates.ts";
import { needed } from "../support/project/parts.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";

const STORY = path.join(PROJECT, "examples", "seed-story");
const RESOURCE_METADATA = "/bot/.well-known/oauth-protected-resource";

const folder = temporaryFolder();
after(() => folder.remove());

/** The arguments of the example, with this machine's paths for those of the reader's. */
function argumentsOfExample(caFile: string): string[] {
  const config = JSON.parse(readFileSync(path.join(STORY, "claude_desktop_config.json"), "utf8"));
  const entry = config.mcpServers.bot;
  assert.equal(entry.env, undefined, "the example needs no NODE_OPTIONS");
  const [npx, name, ...rest] = entry.args as string[];
  assert.deepEqual([npx, name], ["-y", "mcp-drawbridge"]);
  return rest.map((word) => {
    if (word.endsWith("client-info.json")) return `@${path.join(STORY, "client-info.json")}`;
    return word.endsWith("ca.pem") ? caFile : word;
  });
}

async function startStory(requests: string[], tls: { key: string; cert: string }): Promise<ProtectedServer> {
  return startProtectedServer({
    port: 5253,
    issuerPort: 5001,
    path: "/bot",
    metadataPath: RESOURCE_METADATA,
    challenge: `Bearer realm="McpAuth", resource_metadata="http://localhost:5253${RESOURCE_METADATA}"`,
    scopes: ["bot.use"],
    issuerTls: tls,
    clients: [
      {
        client_id: "mcp-remote",
        application_type: "native",
        token_endpoint_auth_method: "none",
        redirect_uris: ["http://localhost:63113/oauth/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
      },
    ],
    beforeIssuer(request, response) {
      const url = new URL(request.url ?? "/", "https://localhost:5001");
      requests.push(`${request.method} ${url.pathname}`);
      const refused = url.pathname === "/auth" && !url.searchParams.get("scope");
      if (refused) response.writeHead(400).end("a scope is required");
      return refused;
    },
  });
}

test("[DISC-1] [DISC-3] [REG-2] [REG-9] [AUTH-2] [AUTH-3] [AUTH-9] the seed story: sign in, call a tool, stop, start again without a browser", {
  timeout: 60_000,
}, async (t) => {
  const executable = needed(t, "Chromium", findChromium());
  if (executable === undefined) return;
  const authority = await createAuthority();
  const caFile = path.join(folder.path, "ca.pem");
  writeFileSync(caFile, authority.cert);
  const requests: string[] = [];
  const server = await startStory(requests, await createLeaf(authority));
  t.after(() => server.close());
  const args = argumentsOfExample(caFile);
  const configDir = path.join(folder.path, "state");

  const tab = browserProgram({ behaviour: "idle" });
  t.after(() => tab.remove());
  const first = startHost({ args, configDir, env: tab.env });
  t.after(() => first.close());
  const hello = first.initialize();
  const address = new URL(await tab.arrival());
  assert.equal(address.origin, "https://localhost:5001");
  assert.equal(address.searchParams.get("client_id"), "mcp-remote");
  assert.equal(address.searchParams.get("redirect_uri"), "http://localhost:63113/oauth/callback");
  assert.equal(address.searchParams.get("resource"), "http://localhost:5253/bot");
  assert.match(address.searchParams.get("scope") ?? "", /\bbot\.use\b/);

  const browser = await startChromium(executable);
  t.after(() => browser.close());
  const last = await signIn(browser, address.href);
  assert.equal(last.url.origin, "http://localhost:63113");
  await hello;
  const call = { name: "greet", arguments: { name: "Ada" } };
  assert.match(JSON.stringify(await first.request("tools/list")), /"greet"/);
  assert.match(JSON.stringify(await first.request("tools/call", call)), /welcome through client mcp-remote/);
  assert.equal((await first.endInput()).code, 0);
  assert.equal(tab.opened().length, 1);

  const refusing = browserProgram({ behaviour: "fail" });
  t.after(() => refusing.remove());
  const before = requests.length;
  const second = startHost({ args, configDir, env: refusing.env });
  t.after(() => second.close());
  assert.ok((await second.initialize()).result);
  assert.match(JSON.stringify(await second.request("tools/call", call)), /welcome through client mcp-remote/);
  assert.equal((await second.endInput()).code, 0);
  assert.deepEqual(refusing.opened(), []);
  assert.deepEqual(requests.slice(before), [], "a restart asks the issuer nothing");
  assert.ok(!requests.includes("POST /reg"), "the client was registered before");
  assert.equal(requests.filter((line) => line === "POST /token").length, 1);
});
