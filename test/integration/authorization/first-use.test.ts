// A secret whose issuer nobody named: whose it is from its first use on, and where it is not used at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyRecord } from "../../../src/core/oauth/vault-record.ts";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import { nameIssuer, sentTo } from "../../support/issuers/impostor.ts";
import { never } from "../../support/issuers/signed-in.ts";
import { type StrictIssuer, startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

const SECRET = "canary-of-the-client";
const CLIENT = {
  clientId: "known-client",
  secret: SECRET,
  auth: "client_secret_basic" as const,
  redirectUris: ["http://localhost/oauth/callback"],
  anyPort: true,
};
const GIVEN = { clientId: CLIENT.clientId, clientSecret: new Secret(SECRET) };

const MACHINE = { staticClient: GIVEN, grantType: { kind: "client_credentials" } } as const;

/** Endpoints that were asked. */
function asked({ server }: StrictIssuer): readonly string[] {
  return [...new Set(server.ledger.map(({ endpoint }) => endpoint))].sort();
}

test("[REG-2] [AUTH-13] a machine shows nothing to an issuer that nobody named", async (t) => {
  const scene = await startScene(t, { clients: [CLIENT] });
  const { issuer, rig } = scene;
  const assertion = { kind: "value", value: new Secret("canary.of.workload") } as const;
  const idp = await startStrictIssuer();
  t.after(() => idp.close());
  const grants: readonly Partial<AuthSettings>[] = [
    MACHINE,
    { ...MACHINE, grantType: { kind: "client_credentials", privateKey: new Secret("canary") } },
    { ...MACHINE, grantType: { kind: "client_credentials", assertion } },
    {
      ...MACHINE,
      grantType: {
        kind: "identity_assertion",
        idToken: assertion,
        idpTokenEndpoint: new URL(idp.endpoint("token")),
        idpClientId: "x",
      },
    },
    // That an issuer may call himself by another name names no owner.
    { ...MACHINE, trustIssuer: { asked: issuer.url, named: "https://named.example" } },
  ];
  for (const settings of grants) {
    const failure = await failing("AUTH_ISSUER_NEEDED", rig({ settings }).call(), issuer.url);
    assert.match(failure.hint, /--issuer/);
  }
  assert.deepEqual(asked(issuer), ["metadata"]);
  assert.equal(idp.server.ledger.length, 0);
  // A person's sign-in with the same client bound it: that counts for the machine too.
  const shared = sharedVault();
  await shared.owners.bind("client", "https://elsewhere.example");
  await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig({ settings: MACHINE, shared }).call(), issuer.url);
});

test("[REG-2] a given client stays with its first issuer after a sign-out and without its record", async (t) => {
  const scene = await startScene(t, { clients: [CLIENT] });
  const { issuer, rig } = scene;
  const impostor = await startStrictIssuer({ clients: [CLIENT] });
  t.after(() => impostor.close());
  const settings = { staticClient: GIVEN };
  const first = rig({ settings });
  assert.equal(await first.call(), 200);
  await first.authorizer.signOut(never);
  assert.equal(first.shared.record, undefined);
  nameIssuer(scene, impostor);
  const again = { settings, shared: first.shared, browser: refuseToOpen() };
  await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig(again).call(), issuer.url, impostor.url);
  assert.deepEqual(asked(impostor), ["metadata"]);
});

test("[REG-2] a client that an earlier build bound in the record is bound beside it", async (t) => {
  const scene = await startScene(t, { clients: [CLIENT] });
  const { issuer, rig } = scene;
  const made = rig({ settings: { staticClient: GIVEN } });
  made.shared.record = {
    ...emptyRecord(new URL(scene.remote.url).href),
    learned: { staticClientIssuer: issuer.url },
  };
  assert.equal(await made.call(), 200);
  assert.equal(await made.shared.owners.of("client"), issuer.url);
});

test("[REG-2] a client's secret is the issuer's that is sent it, also where that refuses it", async (t) => {
  const impostor = await startScene(t, { clients: [{ ...CLIENT, secret: "another" }] });
  const { shared, call } = impostor.rig({ settings: { staticClient: GIVEN } });
  await failing("AUTH_CLIENT_REJECTED", call());
  assert.equal(await shared.owners.of("client"), impostor.issuer.url);
});

test("[REG-2] [AUTH-12] a device code shows a client's secret to no issuer that nobody named, but at login", async (t) => {
  const scene = await startScene(t, { clients: [CLIENT] });
  const { issuer, rig } = scene;
  const device_authorization_endpoint = `${issuer.url}/device`;
  issuer.server.script("metadata", () => ({ body: { ...issuer.metadata(), device_authorization_endpoint } }));
  const settings = { staticClient: GIVEN, grantType: { kind: "device_code" } } as const;
  await failing("AUTH_ISSUER_NEEDED", rig({ settings }).call(), issuer.url);
  assert.deepEqual(asked(issuer), ["metadata"]);
  const { signIn, shared } = rig({ settings });
  await failing("AUTH_REFUSED_BY_ISSUER", signIn());
  assert.equal(await shared.owners.of("client"), issuer.url);
});

test("[REG-5] [REG-2] a registration token goes to the issuer that was named, or that a person first used it at", async (t) => {
  const registration = { initialToken: "canary-of-registration" };
  const scene = await startScene(t, { registration });
  const { issuer, rig } = scene;
  const settings = { registrationToken: new Secret(registration.initialToken) };
  const failure = await failing("AUTH_ISSUER_NEEDED", rig({ settings }).call(), issuer.url);
  assert.match(failure.hint, /--issuer/);
  assert.deepEqual(asked(issuer), ["metadata"]);
  const { signIn, authorizer, shared } = rig({ settings });
  assert.equal(await signIn(), "signed in");
  assert.equal(await shared.owners.of("registrationToken"), issuer.url);
  await authorizer.signOut(never);
  assert.equal(await rig({ settings, shared }).call(), 200);
  await authorizer.signOut(never);
  const impostor = await startStrictIssuer({ registration });
  t.after(() => impostor.close());
  nameIssuer(scene, impostor);
  for (const retry of [() => rig({ settings, shared }).call(), () => rig({ settings, shared }).signIn()])
    await failing("AUTH_CLIENT_ISSUER_MISMATCH", retry, issuer.url, impostor.url);
  assert.ok(!sentTo(impostor).includes(registration.initialToken));
  // The user's word wins.
  assert.equal(await rig({ settings: { ...settings, issuer: impostor.url }, shared }).call({ most: 1 }), 401);
  assert.ok(sentTo(impostor).includes(registration.initialToken));
});
