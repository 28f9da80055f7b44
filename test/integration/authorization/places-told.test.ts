// Metadata that is not where it should be: what is told of it, and what is not concluded from it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { EVERYTHING, HTML, OF_A_MOMENT, serve } from "../../support/remotes/metadata-places.ts";

test("[DISC-7] [DISC-9] a named place that is down is no absence: the remote is not taken for its own issuer", async (t) => {
  for (const [name, answer] of OF_A_MOMENT) {
    const { issuer, remote, rig } = await startScene(t);
    remote.server.script("resource-metadata", answer);
    const own = { ...issuer.metadata(), issuer: new URL(remote.url).origin };
    serve(remote, { "/.well-known/oauth-authorization-server": { body: own } });
    const made = rig({ browser: refuseToOpen() });
    const failure = await made.call().then(
      () => assert.fail(name),
      (error) => error,
    );
    assert.ok(failure.message.includes(remote.metadataUrl), failure.message);
    assert.match(failure.message, /oauth-protected-resource\/mcp answered 404; /);
    assert.equal(made.shared.record?.discovery, undefined);
  }
});

test("[DISC-7] [DISC-9] a named place that has something else leaves the remote as its own issuer, if it says so", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const { origin } = new URL(remote.url);
  for (const [place, name] of [
    ["/.well-known/oauth-authorization-server", origin],
    ["/.well-known/oauth-authorization-server", `${origin}/`],
    ["/.well-known/oauth-authorization-server/mcp", origin],
    ["/.well-known/oauth-authorization-server/mcp", remote.url],
    ["/.well-known/openid-configuration/mcp", remote.url],
  ] as const) {
    remote.server.unscript();
    remote.server.script("resource-metadata", HTML);
    serve(remote, { [place]: { body: { ...issuer.metadata(), issuer: name } } });
    issuer.consent = { decision: "approve", iss: name };
    const made = rig();
    assert.equal(await made.call(), 200, place);
    assert.equal(made.shared.record?.grant?.issuer, name);
  }
  for (const name of ["https://other.example", `${origin}/other`, `${remote.url}/deeper`]) {
    remote.server.unscript();
    remote.server.script("resource-metadata", HTML);
    const own = { body: { ...issuer.metadata(), issuer: name } };
    serve(remote, { "/.well-known/oauth-authorization-server": own });
    const made = rig({ browser: refuseToOpen() });
    const failure = await failing("AUTH_METADATA_INVALID", made.call(), name);
    assert.match(failure.message, /text\/html/);
  }
});

test("[DISC-7] [DISC-11] where nothing helps, every place is told with its status and reason", async (t) => {
  const { issuer, remote, rig } = await startScene(t, { path: "/t" });
  const answers = EVERYTHING.filter(([name]) => !name.startsWith("far"));
  issuer.server.script("metadata", ({ url }) => answers[url.pathname.length % answers.length]?.[1] ?? {});
  const made = rig({ browser: refuseToOpen() });
  const failure = await made.call().then(
    () => assert.fail("It signed in."),
    (error) => error,
  );
  const asked = new Set(issuer.server.to("metadata").map(({ url }) => url.href));
  assert.equal(asked.size, 6);
  for (const href of asked) assert.match(failure.message, new RegExp(`${href} (answered \\d|failed: )`));

  // The defaults of 2025-03-26 are the last thing to try, and that failure tells the rest, too.
  remote.server.script("mcp", { status: 401 });
  remote.server.script("resource-metadata", { status: 404 });
  remote.server.script("unknown", { status: 404 });
  const last = await failing("AUTH_DISCOVERY_FAILED", rig({ browser: refuseToOpen() }).call(), "/register");
  for (const { url } of remote.server.to("well-known"))
    assert.ok(last.message.includes(`${url.href} answered 404`), last.message);
});

test("[DISC-8] of several issuers those that can be none are passed over", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const offers = (servers: unknown): void => {
    remote.server.unscript("resource-metadata");
    remote.server.script("resource-metadata", {
      body: { ...remote.metadata(), authorization_servers: servers },
    });
  };
  for (const servers of [
    ["", issuer.url],
    ["not a url", issuer.url],
    ["http://plain.example", issuer.url],
    ["https://query.example/?x=1", issuer.url],
    ["https://u:p@issuer.example", issuer.url],
    [null, { url: "https://x.example" }, issuer.url],
    issuer.url,
  ]) {
    offers(servers);
    assert.equal(await rig().call(), 200, JSON.stringify(servers));
  }
  offers(["http://plain.example", "not a url"]);
  await failing("AUTH_INSECURE_ENDPOINT", rig({ browser: refuseToOpen() }).call(), "http://plain.example");
});
