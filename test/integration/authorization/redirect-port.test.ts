// Which port the redirect comes to.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { idleTcpServer } from "../../support/remotes/busy-port.ts";

const CALL = { method: "tools/call", name: "echo" };

test("[AUTH-9] a given port is used, or reported as taken with the port's number", async (t) => {
  const { issuer, rig } = await startScene(t);
  const busy = await idleTcpServer();
  t.after(() => busy.close());
  const redirect = { host: "localhost", path: "/cb", port: busy.port };
  await failing(
    "LOCAL_PORT_TAKEN",
    rig({ browser: refuseToOpen(), settings: { redirect } }).call(),
    String(busy.port),
  );
  await busy.close();
  assert.equal(await rig({ settings: { redirect } }).call(), 200);
  assert.equal(
    issuer.server.to("authorize")[0]?.url.searchParams.get("redirect_uri"),
    `http://localhost:${redirect.port}/cb`,
  );
});

test("[AUTH-9] the registered port is used again; when it is taken, a new registration gets another", async (t) => {
  const { issuer, rig } = await startScene(t);
  const made = rig();
  await made.call();
  const port = Number(new URL(made.shared.record?.clients[0]?.redirectUris[0] ?? "").port);
  issuer.revokeEverything();
  assert.equal(await made.call(CALL), 200);
  assert.equal(issuer.server.to("register").length, 1);
  const taken = createServer().listen({ port, host: "127.0.0.1", exclusive: true });
  t.after(() => taken.close());
  issuer.revokeEverything();
  assert.equal(await rig({ shared: made.shared }).call({ ...CALL, most: 1 }), 404);
  assert.equal(issuer.server.to("register").length, 2);
  assert.equal(made.shared.record?.clients.length, 1);
  issuer.assertClean();
});
