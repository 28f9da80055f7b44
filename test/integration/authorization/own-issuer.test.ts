// Remotes that are their own issuer, whose documents have endpoints relative to themselves, and no name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { CONFIDENTIAL, SILENT } from "../../support/issuers/by-hand-worlds.ts";
import { OWN_PATHS, serveIssuer } from "../../support/issuers/own-issuer.ts";
import { never } from "../../support/issuers/signed-in.ts";
import { serve } from "../../support/remotes/metadata-places.ts";

const FLAWS: readonly (readonly [name: string, document: (document: Record<string, unknown>) => object])[] = [
  ["relative endpoints and no name", ({ issuer: _, ...rest }) => rest],
  ["relative endpoints, and the origin's name", (document) => document],
  ["relative endpoints without a slash", (document) => ({ ...document, token_endpoint: "auth/token" })],
  ["no name", ({ issuer: _, ...rest }) => ({ ...rest, authorization_endpoint: OWN_PATHS.authorize })],
];

for (const [name, change] of FLAWS)
  for (const named of [false, true])
    test(`[DISC-9] [DISC-12] a remote that ${named ? "names itself as" : "is"} its own issuer with ${name}: signs in and renews`, async (t) => {
      const clock = manualClock(Date.now());
      const client = {
        ...CONFIDENTIAL,
        auth: "none" as const,
        clientId: "http://localhost:3334",
        secret: undefined,
      };
      const scene = await startScene(
        t,
        { nowMs: clock.nowMs, metadataAt: [], clients: [client], paths: OWN_PATHS, tokenLifeS: 100 },
        named ? {} : { metadataAt: "none" },
      );
      const { issuer, remote, rig } = scene;
      issuer.consent = SILENT;
      serveIssuer(remote, issuer);
      const { origin } = remote.server;
      if (named)
        remote.server.script("resource-metadata", {
          body: { ...remote.metadata(), authorization_servers: [origin] },
        });
      const document = {
        issuer: origin,
        authorization_endpoint: OWN_PATHS.authorize,
        token_endpoint: OWN_PATHS.token,
        revocation_endpoint: OWN_PATHS.revoke,
        response_types_supported: ["code"],
      };
      serve(remote, { "/.well-known/oauth-authorization-server": { body: change(document) } });
      const settings = { staticClient: { clientId: client.clientId }, allowMissingPkceMetadata: true };
      const first = rig({ clock, settings });
      assert.equal(await first.call(), 200);
      assert.equal(first.shared.record?.grant?.issuer, origin);
      await clock.advance(100_000);
      const { shared } = first;
      assert.equal(await rig({ clock, settings, shared, browser: refuseToOpen() }).call(), 200);
      const { revoked } = await rig({ clock, settings, shared }).authorizer.signOut(never);
      assert.equal(revoked, "yes");
      issuer.assertClean();
    });

test("[DISC-6] [DISC-9] an own document without a name is not believed about another origin, nor one with another's name", async (t) => {
  const scene = await startScene(t, { metadataAt: [], paths: OWN_PATHS }, { metadataAt: "none" });
  const { issuer, remote, rig } = scene;
  serveIssuer(remote, issuer);
  const own = { authorization_endpoint: OWN_PATHS.authorize, token_endpoint: OWN_PATHS.token };
  for (const [document, code] of [
    [{ ...own, token_endpoint: issuer.endpoint("token") }, "AUTH_DISCOVERY_FAILED"],
    [{ ...own, registration_endpoint: "//elsewhere.example/register" }, "AUTH_DISCOVERY_FAILED"],
    [{ ...own, issuer: "" }, "AUTH_DISCOVERY_FAILED"],
    [{ ...own, issuer: issuer.url }, "AUTH_ISSUER_MISMATCH"],
  ] as const) {
    remote.server.unscript("well-known");
    serve(remote, { "/.well-known/oauth-authorization-server": { body: document } });
    await failing(code, rig({ browser: refuseToOpen() }).call());
  }
  assert.equal(issuer.server.ledger.length, 0);
});

test("[DISC-12] an issuer with a path at the remote's origin may be relative to itself, but needs its name", async (t) => {
  const client = { ...CONFIDENTIAL, auth: "none" as const, secret: undefined };
  const scene = await startScene(t, { metadataAt: [], paths: OWN_PATHS, clients: [client] });
  const { issuer, remote, rig } = scene;
  issuer.consent = SILENT;
  serveIssuer(remote, issuer);
  const named = `${remote.server.origin}/auth`;
  remote.server.script("resource-metadata", {
    body: { ...remote.metadata(), authorization_servers: [named] },
  });
  const document = { authorization_endpoint: "authorize", token_endpoint: OWN_PATHS.token };
  const at = "/.well-known/oauth-authorization-server/auth";
  const settings = { staticClient: { clientId: client.clientId }, allowMissingPkceMetadata: true };
  serve(remote, { [at]: { body: document } });
  await failing("AUTH_DISCOVERY_FAILED", rig({ settings, browser: refuseToOpen() }).call(), named);
  remote.server.unscript("well-known");
  serve(remote, { [at]: { body: { ...document, issuer: named } } });
  assert.equal(await rig({ settings }).call(), 200);
  issuer.assertClean();
});

test("[DISC-12] [AUTH-7] relative endpoints of an issuer elsewhere are no addresses", async (t) => {
  for (const metadata of [
    { token_endpoint: "/as/tokens-here" },
    { authorization_endpoint: "/as/start-here" },
  ]) {
    const { rig } = await startScene(t, { metadata });
    await failing("AUTH_METADATA_INVALID", rig({ browser: refuseToOpen() }).call(), "is not a URL");
  }
});
