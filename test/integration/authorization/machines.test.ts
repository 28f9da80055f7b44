// Grants without a redirect: machines with their own credentials, identity assertions, device codes (AUTH-13, AUTH-12).
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { jwtVerify } from "jose";
import type { Assertions } from "../../../src/core/ports/assertions.ts";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { outgoing } from "../../../src/core/text/outgoing.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, type Scene, startScene } from "../../support/issuers/auth-scene.ts";
import { plainGrants } from "../../support/issuers/strict/plain-grants.ts";
import type { IssuerClient } from "../../support/issuers/strict/state.ts";
import type { StrictIssuer, StrictIssuerOptions } from "../../support/issuers/strict-issuer.ts";
import { ScriptedServer } from "../../support/remotes/scripted-server.ts";

const SECRET = "s3cret/+ :%";
const MACHINE: IssuerClient = {
  clientId: "machine",
  secret: SECRET,
  auth: "client_secret_basic",
  redirectUris: [],
};
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const assertions: Assertions = {
  async read(source) {
    return source.kind === "value" ? source.value : new Secret(`from ${source.kind}`.replace(" ", "-"));
  },
};

async function machineScene(
  t: Parameters<typeof startScene>[0],
  options: StrictIssuerOptions,
  type = "client_credentials",
  check?: (form: URLSearchParams) => string | undefined,
) {
  const clock = manualClock(Date.now());
  let scene: Scene | undefined;
  scene = await startScene(
    t,
    {
      nowMs: clock.nowMs,
      clients: [MACHINE],
      registration: false,
      grants: { [type]: plainGrants(() => scene?.issuer ?? assert.fail(), check) },
      ...options,
    },
    { scope: "read", toolScopes: { delete: "write" } },
  );
  const made = scene;
  const named = { issuer: made.issuer.url };
  const rig = (settings: Partial<AuthSettings>) =>
    made.rig({ clock, settings: { ...named, ...settings }, browser: refuseToOpen(), more: { assertions } });
  return { issuer: scene.issuer, remote: scene.remote, clock, rig };
}

const STATIC = { clientId: "machine", clientSecret: new Secret(SECRET) };

test("[AUTH-13] client credentials with a secret: resource and scope are sent, the token is renewed, scope is widened", async (t) => {
  const { issuer, remote, clock, rig } = await machineScene(t, {
    metadata: { authorization_endpoint: undefined, code_challenge_methods_supported: undefined },
  });
  const { call } = rig({ staticClient: STATIC, grantType: { kind: "client_credentials" } });
  assert.equal(await call(), 200);
  const first = issuer.server.to("token")[0]?.form;
  assert.deepEqual(
    [first?.get("grant_type"), first?.get("scope"), first?.get("resource")],
    ["client_credentials", "read", remote.url],
  );
  await clock.advance(3_590_000);
  assert.equal(await call(), 200);
  assert.equal(issuer.server.to("token").length, 2);
  issuer.expireAccessTokens();
  assert.deepEqual(await Promise.all([call(), call(), call()]), [200, 200, 200]);
  assert.equal(issuer.server.to("token").length, 3);
  assert.equal(await call({ method: "tools/call", name: "delete" }), 200);
  assert.equal(issuer.server.to("token").at(-1)?.form.get("scope"), "read write");
  issuer.assertClean();
  remote.assertClean();
});

test("[AUTH-13] client credentials that are refused: address, status, the issuer's words; nothing is saved", async (t) => {
  const { issuer, rig } = await machineScene(t, {});
  const made = rig({
    staticClient: { ...STATIC, clientSecret: new Secret("wrong") },
    grantType: { kind: "client_credentials" },
  });
  const failure = await failing(
    "AUTH_CLIENT_REJECTED",
    made.call(),
    issuer.endpoint("token"),
    "401",
    "invalid_client",
  );
  assert.ok(!failure.message.includes("wrong secret for machine wrong"));
  assert.equal(made.shared.record?.grant, undefined);
  await failing("AUTH_CLIENT_NEEDED", rig({ grantType: { kind: "client_credentials" } }).call(), issuer.url);
});

test("[AUTH-13] [DIAG-1] client credentials with a private key: a signed assertion with the issuer as audience", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let issuer: StrictIssuer | undefined;
  const seen = new Set<string>();
  const scene = await machineScene(t, {
    metadata: { token_endpoint_auth_methods_supported: ["private_key_jwt"] },
    authenticate: ({ form }) => verified(form, publicKey, () => issuer?.url ?? "", seen),
  });
  issuer = scene.issuer;
  const pem = new Secret(privateKey.export({ type: "sec1", format: "pem" }).toString());
  const { call } = scene.rig({
    staticClient: { clientId: "machine" },
    grantType: { kind: "client_credentials", privateKey: pem },
  });
  assert.equal(await call(), 200);
  issuer.expireAccessTokens();
  assert.equal(await call(), 200);
  assert.equal(seen.size, 2);
  issuer.assertClean();
  // Without its beginning, no pattern knows it.
  const assertion = issuer.server.to("token")[0]?.form.get("client_assertion")?.slice(3) ?? assert.fail();
  assert.equal(outgoing(`It was ${assertion}.`), "It was [secret].");
});

async function verified(form: URLSearchParams, key: KeyObject, audience: () => string, seen: Set<string>) {
  if (form.get("client_assertion_type") !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return undefined;
  const checks = { audience: audience(), issuer: "machine", subject: "machine", maxTokenAge: 600 };
  const { payload } = await jwtVerify(form.get("client_assertion") ?? "", key, checks);
  assert.ok(payload.jti && !seen.has(payload.jti));
  seen.add(payload.jti);
  return MACHINE;
}

test("[AUTH-13] --token-endpoint: nothing is looked up, and the secret goes there alone", async (t) => {
  const { issuer, remote, rig } = await machineScene(t, {});
  const tokenEndpoint = new URL(issuer.endpoint("token"));
  const { call, shared } = rig({
    staticClient: STATIC,
    grantType: { kind: "client_credentials" },
    givenIssuer: { tokenEndpoint },
  });
  assert.equal(await call(), 200);
  assert.equal(issuer.server.to("metadata").length + remote.server.to("resource-metadata").length, 0);
  assert.equal(shared.record?.grant?.resource, remote.url);
  const basic = Buffer.from(`machine:${new URLSearchParams([["", SECRET]]).toString().slice(1)}`).toString(
    "base64",
  );
  for (const { headers, endpoint } of [...issuer.server.ledger, ...remote.server.ledger])
    assert.equal(headers.authorization === `Basic ${basic}`, endpoint === "token");
});

test("[AUTH-13] a workload's assertion is the client's proof, or the grant where the issuer lists that", async (t) => {
  const assertion = { kind: "file", path: "/token" } as const;
  const proof = await machineScene(t, {
    authenticate: async ({ form }) => (form.get("client_assertion") === "from-file" ? MACHINE : undefined),
  });
  const settings = {
    staticClient: { clientId: "machine" },
    grantType: { kind: "client_credentials", assertion },
  } as const;
  assert.equal(await proof.rig(settings).call(), 200);
  proof.issuer.assertClean();

  const listed = {
    metadata: { grant_types_supported: [JWT_BEARER] },
    clients: [{ ...MACHINE, auth: "none" as const }],
  };
  const grant = await machineScene(t, listed, JWT_BEARER, (form) =>
    form.get("assertion") === "from-file" ? undefined : "another assertion",
  );
  assert.equal(await grant.rig(settings).call(), 200);
  grant.issuer.assertClean();
});

test("[AUTH-13] enterprise-managed: the ID token goes to the enterprise's provider, its assertion to the issuer", async (t) => {
  const scene = await machineScene(t, {}, JWT_BEARER, (form) =>
    form.get("assertion") === "id-jag" ? undefined : "another assertion",
  );
  const { issuer, remote, rig } = scene;
  let answer: object = {
    access_token: "id-jag",
    issued_token_type: "urn:ietf:params:oauth:token-type:id-jag",
    token_type: "N_A",
  };
  const idp = new ScriptedServer({ route: () => "exchange", answer: () => ({ body: answer }) });
  await idp.listen();
  t.after(() => idp.close());
  const settings = {
    staticClient: STATIC,
    grantType: {
      kind: "identity_assertion",
      idToken: { kind: "value", value: new Secret("the.id.token") },
      idpTokenEndpoint: new URL(`${idp.origin}/exchange`),
      idpClientId: "at-the-idp",
      idpClientSecret: new Secret("idp-secret"),
    },
  } as const;
  assert.equal(await rig(settings).call(), 200);
  const { form } = idp.ledger[0] ?? assert.fail();
  assert.deepEqual(
    ["audience", "resource", "scope", "subject_token", "client_id", "client_secret"].map((name) =>
      form.get(name),
    ),
    [issuer.url, remote.url, "read", "the.id.token", "at-the-idp", "idp-secret"],
  );
  for (const { body } of issuer.server.ledger) assert.ok(!/the\.id\.token|idp-secret/.test(body));
  issuer.assertClean();

  answer = { error: "invalid_grant", error_description: "ID token ended" };
  await failing("AUTH_EXCHANGE_FAILED", rig(settings).call(), `${idp.origin}/exchange`, "ID token ended");
  answer = { access_token: "other", issued_token_type: "urn:ietf:params:oauth:token-type:access_token" };
  const { length } = issuer.server.to("token");
  await failing("AUTH_EXCHANGE_FAILED", rig(settings).call(), `${idp.origin}/exchange`);
  assert.equal(issuer.server.to("token").length, length, "what is no assertion is not sent on");
});

test("the machine's grant is not asked for by two at once", async (t) => {
  const { issuer, rig } = await machineScene(t, {});
  const { call } = rig({ staticClient: STATIC, grantType: { kind: "client_credentials" } });
  assert.deepEqual(await Promise.all([call(), call(), call()]), [200, 200, 200]);
  assert.equal(issuer.server.to("token").length, 1);
});
