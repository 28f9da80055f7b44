// What the built program takes for a challenge, whatever stands between it and the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

for (const [name, headers] of [
  ["the gateway's name alone", (usual: string) => ({ "x-amzn-remapped-www-authenticate": usual })],
  [
    "the gateway's own challenge beside it",
    (usual: string) => ({ "www-authenticate": "Bearer", "X-Amzn-Remapped-WWW-Authenticate": usual }),
  ],
] as const)
  for (const status of [401])
    test(`[DISC-1] a ${status} whose challenge has ${name}`, { timeout: 30_000 }, async (t) => {
      const issuer = await startStrictIssuer();
      t.after(() => issuer.close());
      const remote = await startProtectedRemote({ issuer });
      t.after(() => remote.close());
      remote.server.script("mcp", async (_, normally) => {
        const answer = await normally();
        if (answer.status !== 401) return answer;
        return { status, headers: headers(String(answer.headers?.["www-authenticate"])) };
      });
      const tab = browserProgram();
      t.after(() => tab.remove());
      const host = startHost({ args: [remote.url], env: tab.env });
      t.after(() => host.close());
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/);
      issuer.assertClean();
    });
