// People put keys into the address of a server: what of its query leaves for anybody else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startScene } from "../../support/issuers/auth-scene.ts";

test("[AUTH-2] [DIAG-1] the query of the remote's address is for the remote alone", async (t) => {
  for (const metadataAt of ["none", "path"] as const) {
    const { issuer, remote, rig } = await startScene(t, {}, { metadataAt });
    issuer.state.expect.resource = remote.url;
    const made = rig({ remote: `${remote.url}?canary-of-query`, settings: { issuer: issuer.url } });
    assert.equal(await made.call(), 200);
    issuer.assertClean();
    const sent = issuer.server.ledger.map(({ url, body, headers }) => [
      url.href,
      body,
      JSON.stringify(headers),
    ]);
    for (const text of [...sent.flat(), ...made.notices]) assert.ok(!text.includes("canary"), text);
    assert.ok(remote.server.to("mcp").every(({ url }) => url.search === "?canary-of-query"));
  }
});

test("[AUTH-2] where the metadata names the query, it is a part of the resource", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const resource = `${remote.url}?tenant=a`;
  remote.server.script("resource-metadata", () => ({ body: { ...remote.metadata(), resource } }));
  issuer.state.expect.resource = resource;
  await rig({ remote: resource }).call({ most: 1 });
  assert.equal(issuer.server.to("token")[0]?.form.get("resource"), resource);
});
