// Secrets go to the token endpoint that was recorded, and to no other: not after a redirect, not when metadata names a
// new one. The access token goes to the remote only.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { createRig } from "../../support/issuers/auth-rig.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import { ScriptedServer } from "../../support/remotes/scripted-server.ts";

async function scene(t: TestContext) {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const trap = new ScriptedServer({ route: () => "trap", answer: () => ({ status: 404 }) });
  await trap.listen();
  t.after(() => trap.close());
  return { issuer, remote, trap };
}

for (const status of [301, 302, 307, 308])
  for (const where of ["the same origin", "another origin"])
    test(`[TOK-2] a token endpoint that answers ${status} to ${where} is not followed`, async (t) => {
      const { issuer, remote, trap } = await scene(t);
      const elsewhere = where === "another origin" ? trap.origin : issuer.server.origin;
      issuer.server.script("token", { status, headers: { location: `${elsewhere}/steal` } });
      const rig = createRig({ remote: remote.url, browser: scriptedBrowser() });
      t.after(() => rig.close());
      await assert.rejects(rig.call(), (error) => isFailure(error) && error.message.includes(String(status)));
      assert.deepEqual(trap.ledger, []);
      assert.deepEqual(issuer.server.to("unknown"), []);
      assert.equal(rig.shared.record?.grant, undefined);
    });

test("[TOK-2] a refresh goes to the recorded endpoint, whatever the metadata names by now", async (t) => {
  const { issuer, remote, trap } = await scene(t);
  const first = createRig({ remote: remote.url, browser: scriptedBrowser() });
  t.after(() => first.close());
  assert.equal(await first.call(), 200);
  issuer.server.script("metadata", {
    body: { ...issuer.metadata(), token_endpoint: `${trap.origin}/token` },
  });
  remote.server.script("resource-metadata", {
    body: { ...remote.metadata(), authorization_servers: [trap.origin] },
  });
  issuer.expireAccessTokens();
  const second = createRig({ remote: remote.url, shared: first.shared, browser: refuseToOpen() });
  t.after(() => second.close());
  assert.equal(await second.call(), 200);
  assert.equal(issuer.server.to("token").length, 2);
  assert.deepEqual(trap.ledger, []);
  issuer.assertClean();
});

test("[TOK-1] the access token goes to the remote in the header, and to nobody else", async (t) => {
  const { issuer, remote } = await scene(t);
  const rig = createRig({ remote: remote.url, browser: scriptedBrowser() });
  t.after(() => rig.close());
  assert.equal(await rig.call(), 200);
  issuer.expireAccessTokens();
  assert.equal(await rig.call(), 200);
  const tokens = [...issuer.state.tokens].filter(([, { kind }]) => kind === "access").map(([token]) => token);
  assert.equal(tokens.length, 2);
  for (const { rawHeaders, url, body } of issuer.server.ledger)
    for (const token of tokens) assert.ok(![...rawHeaders, url.href, body].join(" ").includes(token));
  const sent = remote.server.to("mcp").flatMap(({ headers }) => headers.authorization ?? []);
  assert.ok(sent.every((value) => tokens.some((token) => value === `Bearer ${token}`)));
  for (const { url } of remote.server.ledger) assert.equal(url.search, "");
  remote.assertClean();
});
