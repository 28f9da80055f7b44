// The remote is well, and its issuer cannot renew the token: the host is answered as when the remote is away, and nobody
// has to sign in for it.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { idleClock } from "../../support/clocks/idle-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { startScene } from "../../support/issuers/auth-scene.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

/** Somebody is signed in whose token is over: by its own time, or the remote says so. */
async function start(t: TestContext, how: "expired" | "rejected", provisional = true) {
  const scene = await startScene(t, { tokenLifeS: how === "expired" ? 3_600 : null });
  const first = scene.rig();
  assert.equal(await first.call(), 200);
  const { record } = first.shared;
  if (how === "expired" && record?.grant)
    first.shared.record = { ...record, grant: { ...record.grant, expiresAtMs: Date.now() - 1_000 } };
  scene.issuer.expireAccessTokens();
  const clock = idleClock();
  t.after(() => clock.stop());
  const { authorizer } = scene.rig({ shared: first.shared, browser: refuseToOpen(), clock });
  const host = () => {
    const made = new BridgeHost({ url: scene.remote.url, authorizer, clock, session: { provisional } });
    t.after(() => made.close());
    return made;
  };
  return { ...scene, host };
}

const TROUBLES: readonly [name: string, answer: Answer][] = [
  ["500", { status: 500 }],
  ["429 with more than anybody waits", { status: 429, headers: { "retry-after": "120" } }],
  ["a connection that breaks", { reset: true }],
  ["no answer at all", { hang: true }],
  ["a page in its place", { body: "<html>", headers: { "content-type": "text/html" } }],
];

for (const how of ["expired", "rejected"] as const)
  for (const [name, answer] of TROUBLES)
    test(`[TOK-5][LIFE-1] ${name}, the token ${how}: the handshake is answered, a call says why, later it works`, async (t) => {
      const { issuer, host: begin } = await start(t, how);
      issuer.server.script("token", answer);
      const host = begin();
      assert.ok((await host.open()).json.result?.capabilities);
      const call = await host.request("tools/call", { name: "echo" });
      assert.equal(call.json.error?.data?.code, "AUTH_REFRESH_FAILED");
      assert.match(String(call.json.error?.data?.hint), /kept|by itself/);
      assert.match((await host.request("tools/list")).text, /drawbridge_sign_in/);
      issuer.server.unscript("token");
      issuer.server.cutConnections();
      await host.first(({ json }) => json.method === "notifications/tools/list_changed");
      assert.ok((await host.request("tools/call", { name: "echo" })).json.result);
    });

test("[TOK-5] once 500: the call that met it is answered, in a session that is open, too", async (t) => {
  for (const how of ["expired", "rejected"] as const) {
    const { issuer, host: begin } = await start(t, how);
    const host = begin();
    issuer.server.script("token", { status: 500 }, 1);
    assert.ok((await host.open()).json.result?.capabilities);
    assert.ok((await host.request("tools/call", { name: "echo" })).json.result);
    issuer.expireAccessTokens();
    issuer.server.script("token", { status: 500 }, 3);
    const again = await host.request("tools/call", { name: "echo" });
    assert.ok(again.json.result, again.text);
    issuer.assertClean();
  }
});

test("[TOK-5] with --no-provisional the handshake waits, and says why it waited in vain", async (t) => {
  const { issuer, host: begin } = await start(t, "expired", false);
  issuer.server.script("token", { status: 503, body: { message: "Back at noon" } });
  const answer = await begin().open();
  assert.equal(answer.json.error?.data?.code, "AUTH_REFRESH_FAILED");
  assert.ok(issuer.server.to("token").length >= 4);
});
