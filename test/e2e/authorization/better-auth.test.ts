// A second issuer that people run in production: `better-auth` with its OAuth provider. Its identifier has a path, and
// its access tokens are JWTs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { needed } from "../../support/project/parts.ts";
import { PROJECT } from "../../support/project/program.ts";
import { scratchPackages } from "../../support/project/scratch-packages.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

/** Starts the issuer; gives its identifier. */
async function startIssuer(t: TestContext, folder: string, resource: string): Promise<string> {
  const script = path.join(folder, "better-auth-issuer.mjs");
  copyFileSync(path.join(PROJECT, "test", "support", "issuers", "better-auth-issuer.mjs"), script);
  const child = spawn(process.execPath, [script, resource], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(async () => {
    child.stdin.end();
    await once(child, "exit");
  });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return chunk.toString("utf8").trim();
}

test("[REG-1] [DISC-5] [TOK-7] better-auth: registers, signs in, renews with rotation, starts again", {
  timeout: 90_000,
}, async (t) => {
  const packages = [
    "better-auth@1.7.5",
    "@better-auth/oauth-provider@1.7.5",
    "@better-auth/core@1.7.5",
    "@better-fetch/fetch@1.3.2",
  ];
  const scratch = needed(t, "better-auth", await scratchPackages("better-auth", packages));
  if (scratch === undefined) return;
  const trusted: string[] = [];
  const stale = new Set<string>();
  const seen = new Set<string>();
  const remote = await startProtectedRemote({
    metadata: { authorization_servers: trusted, scopes_supported: ["mcp:tools"] },
    async accept({ headers }) {
      const token = String(headers.authorization).replace(/^Bearer /, "");
      seen.add(token);
      if (stale.has(token)) return "too old";
      const [issuer = ""] = trusted;
      const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
      const { payload } = await jwtVerify(token, keys, { issuer, audience: remote.url });
      return String(payload.scope).split(" ").includes("mcp:tools") ? undefined : "scope";
    },
  });
  t.after(() => remote.close());
  trusted.push(await startIssuer(t, scratch, remote.url));
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const browser = browserProgram();
  t.after(() => browser.remove());
  const start = async () => {
    const host = startHost({ args: [remote.url], configDir: folder.path, env: browser.env });
    t.after(() => host.close());
    assert.ok((await host.initialize()).result, host.stderr);
    return host;
  };

  const first = await start();
  for (const tokens of [1, 2, 3]) {
    assert.match(JSON.stringify((await first.request("tools/list")).result), /"echo"/, first.stderr);
    assert.equal(seen.size, tokens);
    for (const token of seen) stale.add(token);
  }
  await first.endInput();
  const second = await start();
  assert.match(JSON.stringify((await second.request("tools/list")).result), /"echo"/, second.stderr);
  assert.equal(browser.opened().length, 1);
  assert.deepEqual(browser.troubles(), []);
  remote.assertClean();
});
