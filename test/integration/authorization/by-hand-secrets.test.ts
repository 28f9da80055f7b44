// What is given by hand is whose everything made with it is: changed flags send no secret to a new place (REG-2, TOK-2).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import {
  at,
  CONFIDENTIAL,
  endpoints,
  GIVEN,
  inFile,
  NOTHING,
  OPENID,
  registering,
  SILENT,
} from "../../support/issuers/by-hand-worlds.ts";
import { nameIssuer, sentTo } from "../../support/issuers/impostor.ts";
import { never, recordOf, signedIn } from "../../support/issuers/signed-in.ts";
import {
  type StrictIssuer,
  type StrictIssuerOptions,
  startStrictIssuer,
} from "../../support/issuers/strict-issuer.ts";

const POSTED = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
const askedFor = ({ server }: StrictIssuer) =>
  [...new Set(server.ledger.map(({ endpoint }) => endpoint))].sort();

/** The other issuer with each kind of description, as someone could be talked into it. */
const ELSEWHERE: readonly (readonly [
  string,
  (old: StrictIssuer, other: StrictIssuer) => Partial<AuthSettings>,
])[] = [
  ["all endpoints", (_, other) => ({ givenIssuer: registering(other) })],
  [
    "all endpoints, with the old issuer's name",
    (old, other) => ({ givenIssuer: registering(other), issuer: old.url }),
  ],
  [
    "a document at an address that claims the old issuer's name",
    (_, other) => ({ givenIssuer: { metadata: at(other.url + OPENID) } }),
  ],
  [
    "the old issuer with other endpoints",
    (old, other) => ({
      issuer: old.url,
      givenIssuer: { ...registering(other), metadata: { kind: "issuer", issuer: old.url } },
    }),
  ],
  [
    "a file with the old issuer's name",
    (old, other) => ({ givenIssuer: { metadata: inFile({ ...other.metadata(), issuer: old.url }) } }),
  ],
];

for (const [from, before] of [
  ["discovery", () => ({})],
  ["endpoints by hand", (old: StrictIssuer) => ({ givenIssuer: registering(old), issuer: old.url })],
  ["a document by hand", (old: StrictIssuer) => ({ givenIssuer: { metadata: inFile(old.metadata()) } })],
] as const)
  for (const [to, after] of ELSEWHERE)
    test(`[DISC-12] [TOK-2] [REG-2] from ${from} to ${to}: token and registered client stay with the old issuer`, async (t) => {
      const scene = await startScene(t, { metadata: POSTED, tokenLifeS: null });
      const { issuer: old, rig } = scene;
      const first = rig({ settings: before(old) });
      assert.equal(await first.call(), 200);
      const { shared } = first;
      const secret = recordOf(first).clients[0]?.clientSecret?.reveal() ?? assert.fail();
      const refresh = recordOf(first).grant?.refreshToken?.reveal() ?? assert.fail();

      const other = await startStrictIssuer({
        metadataAt: ["openid-before"],
        metadata: { ...POSTED, issuer: old.url },
      });
      t.after(() => other.close());
      other.consent = { decision: "approve", iss: to === "all endpoints" ? null : old.url };
      const settings = after(old, other);
      old.expireAccessTokens();
      assert.equal(await rig({ shared, settings, browser: refuseToOpen() }).call(), 200);
      assert.equal(old.server.to("token").at(-1)?.form.get("grant_type"), "refresh_token");
      assert.deepEqual(askedFor(other), []);

      // The old sign-in is over: a new one at the new place, with nothing of the old one.
      old.revokeEverything();
      assert.equal(await rig({ shared, settings }).call({ most: 1 }), 401);
      assert.equal(other.server.to("register").length, 1);
      const sent = sentTo(other);
      assert.ok(!sent.includes(secret) && !sent.includes(refresh), sent);
    });

test("[DISC-12] another page, and the same token endpoint: the registered client stays, since its secret does", async (t) => {
  const { issuer, rig } = await startScene(t, { metadataAt: [] });
  issuer.consent = SILENT;
  const givenIssuer = registering(issuer);
  const first = rig({ settings: { givenIssuer } });
  assert.equal(await first.call(), 200);
  const page = new URL(issuer.endpoint("authorize").replace("127.0.0.1", "localhost"));
  issuer.revokeEverything();
  const { shared } = first;
  const again = rig({ shared, settings: { givenIssuer: { ...givenIssuer, authorizationEndpoint: page } } });
  assert.equal(await again.call(), 200);
  assert.equal(issuer.server.to("authorize").at(-1)?.headers.host?.split(":")[0], "localhost");
  assert.equal(issuer.server.to("register").length, 1);
});

const KINDS: readonly (readonly [
  string,
  StrictIssuerOptions,
  (issuer: StrictIssuer) => Partial<AuthSettings>,
])[] = [
  ["endpoints", NOTHING, (issuer) => ({ givenIssuer: endpoints(issuer) })],
  ["endpoints and a name", NOTHING, (issuer) => ({ givenIssuer: endpoints(issuer), issuer: issuer.url })],
  ["a file", NOTHING, (issuer) => ({ givenIssuer: { metadata: inFile(issuer.metadata()) } })],
  [
    "an address",
    { clients: [CONFIDENTIAL], metadataAt: ["openid-before"] },
    (issuer) => ({ givenIssuer: { metadata: at(issuer.url + OPENID) } }),
  ],
];

for (const [kind, options, given] of KINDS)
  test(`[DISC-12] [REG-2] a client used with ${kind} by hand is not free when the flags are gone`, async (t) => {
    const scene = await startScene(t, options);
    const { issuer, rig } = scene;
    issuer.consent = { decision: "approve", iss: kind === "endpoints" ? null : issuer.url };
    const first = rig({ settings: { ...given(issuer), staticClient: GIVEN } });
    assert.equal(await first.call(), 200);
    const { shared } = first;
    await first.authorizer.signOut(never);
    const impostor = await startStrictIssuer({ clients: [CONFIDENTIAL] });
    t.after(() => impostor.close());
    nameIssuer(scene, impostor);
    const later = { shared, settings: { staticClient: GIVEN }, browser: refuseToOpen() };
    await failing("AUTH_CLIENT_ISSUER_MISMATCH", rig(later).call(), impostor.url);
    assert.deepEqual(askedFor(impostor), ["metadata"]);
    // With the flags it is their word again, other ones included: they stand beside the secret.
    impostor.consent = SILENT;
    const moved = { staticClient: GIVEN, givenIssuer: endpoints(impostor) };
    assert.equal(await rig({ shared, settings: moved }).call({ most: 1 }), 401);
    assert.ok(sentTo(impostor).includes(CONFIDENTIAL.secret));
  });

test("[DISC-12] [REG-5] a registration token goes to the endpoint beside it, and is that issuer's then", async (t) => {
  const registration = { initialToken: "canary-of-registration" };
  const scene = await startScene(t, { metadataAt: [], registration });
  const { issuer, rig } = scene;
  issuer.consent = SILENT;
  const registrationToken = new Secret(registration.initialToken);
  const first = rig({ settings: { registrationToken, givenIssuer: registering(issuer) } });
  assert.equal(await first.call(), 200);
  await first.authorizer.signOut(never);
  const impostor = await startStrictIssuer({ registration });
  t.after(() => impostor.close());
  nameIssuer(scene, impostor);
  const { shared } = first;
  const later = rig({ shared, settings: { registrationToken } });
  await failing("AUTH_CLIENT_ISSUER_MISMATCH", () => later.signIn(), impostor.url);
  assert.ok(!sentTo(impostor).includes(registration.initialToken));
});

test("[DISC-12] [DISC-10] what is given is looked at with each sign-in, and remembered while it is the same", async (t) => {
  const { issuer, remote, rig } = await signedIn(t, { metadataAt: ["oauth", "openid-before"] });
  const { shared } = rig;
  const asks = () => issuer.server.to("metadata").length;
  const scene = await startScene(t);
  const by = (settings: Partial<AuthSettings>) => scene.rig({ remote: remote.url, shared, settings });
  const address = { givenIssuer: { metadata: at(issuer.url + OPENID) } };
  for (const [settings, isAsked] of [
    [address, true],
    [address, false],
    [{ ...address, issuer: issuer.url }, true],
    [{}, true],
    [{}, false],
  ] as const) {
    const { grant: _, ...rest } = recordOf(rig);
    shared.record = rest;
    const before = asks();
    assert.equal(await by(settings).call(), 200);
    assert.equal(asks() > before, isAsked, JSON.stringify(settings));
    assert.equal(recordOf(rig).discovery?.given === undefined, !("givenIssuer" in settings));
  }
});
