// Every kind of client, at every place of the metadata, at an issuer with and without a path, through the life of a
// sign-in: fresh, renewed with rotation, restarted, revoked. The issuer forgives nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthSettings, StaticClient } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { createRig } from "../../support/issuers/auth-rig.ts";
import type { IssuerClient } from "../../support/issuers/strict/state.ts";
import {
  type MetadataPlace,
  type StrictIssuer,
  startStrictIssuer,
} from "../../support/issuers/strict-issuer.ts";
import { type ResourceMetadataPlace, startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import { ScriptedServer } from "../../support/remotes/scripted-server.ts";

const REDIRECTS = ["http://localhost/oauth/callback"];
const SECRET = "s3cret with / and %";

interface Kind {
  readonly name: string;
  readonly client?: IssuerClient;
  readonly given?: StaticClient;
  readonly document?: true;
}

const KINDS: readonly Kind[] = [
  {
    name: "pre-registered public",
    client: { clientId: "public", auth: "none", redirectUris: REDIRECTS, anyPort: true },
    given: { clientId: "public" },
  },
  {
    name: "pre-registered secret",
    client: {
      clientId: "basic",
      auth: "client_secret_basic",
      secret: SECRET,
      redirectUris: REDIRECTS,
      anyPort: true,
    },
    given: { clientId: "basic", clientSecret: new Secret(SECRET) },
  },
  { name: "metadata document", document: true },
  { name: "dynamic" },
];
const METADATA_PLACES: readonly MetadataPlace[] = ["openid-behind", "openid-before", "oauth"];
const PLACES: readonly ResourceMetadataPlace[] = ["challenge", "path", "root", "none"];

for (const issuerPath of ["", "/tenant/one"])
  for (const place of PLACES)
    describe(`issuer ${issuerPath || "without path"}, metadata by ${place}`, { concurrency: 2 }, () => {
      for (const kind of KINDS)
        test(`[DISC-1] [DISC-5] [DISC-9] [REG-1] [REG-2] [AUTH-2] [TOK-2] [TOK-5] [TOK-7] ${kind.name}`, async (t) => {
          // Without resource metadata the remote is its own issuer, at its origin: a path is for the others.
          if (place === "none") return ownIssuer(t, kind, issuerPath);
          const issuer = await startIssuer(kind, issuerPath);
          t.after(() => issuer.close());
          const remote = await startProtectedRemote({
            issuer,
            metadataAt: place,
            ...(place === "challenge" ? {} : { challenge: () => "Bearer" }),
          });
          t.after(() => remote.close());
          issuer.state.expect.resource = remote.url;
          await lifeOfASignIn(issuer, remote.url, kind);
          remote.assertClean();
        });
    });

async function startIssuer(kind: Kind, path: string): Promise<StrictIssuer> {
  const issuer = await startStrictIssuer({
    path,
    // Each place in turn; for an issuer without a path the two of OpenID are one.
    metadataAt: [METADATA_PLACES[KINDS.indexOf(kind) % METADATA_PLACES.length] ?? "oauth"],
    registration: kind.client === undefined && kind.document === undefined,
    clients: kind.client ? [kind.client] : [],
    metadata: kind.document ? { client_id_metadata_document_supported: true } : {},
  });
  return issuer;
}

/** A revision 2025-03-26 remote: what an issuer would serve is at the remote's own origin. */
async function ownIssuer(
  t: { after(act: () => Promise<void>): void },
  kind: Kind,
  issuerPath: string,
): Promise<void> {
  const front = new ScriptedServer({
    route: (_method, { pathname }) => (pathname.startsWith("/mcp") ? "mcp" : "issuer"),
    async answer(exchange) {
      const base = exchange.endpoint === "mcp" ? remote.server.origin : issuer.server.origin;
      const headers = new Headers();
      for (const [name, value] of Object.entries(exchange.headers))
        if (!["host", "connection", "content-length"].includes(name)) headers.set(name, String(value));
      const answer = await fetch(base + exchange.url.pathname + exchange.url.search, {
        method: exchange.method,
        headers,
        redirect: "manual",
        ...(exchange.body === "" ? {} : { body: exchange.body }),
      });
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: await answer.text(),
      };
    },
  });
  await front.listen();
  t.after(() => front.close());
  const paths = { authorize: "/authorize", token: "/token", register: "/register" };
  const issuer = await startStrictIssuer({
    paths,
    // With "a path": no metadata at all, so the default endpoints of that revision count.
    metadataAt: issuerPath === "" ? ["oauth"] : [],
    metadata: {
      issuer: front.origin,
      authorization_endpoint: `${front.origin}/authorize`,
      token_endpoint: `${front.origin}/token`,
      registration_endpoint:
        kind.client === undefined && !kind.document ? `${front.origin}/register` : undefined,
      authorization_response_iss_parameter_supported: undefined,
      ...(kind.document ? { client_id_metadata_document_supported: true } : {}),
    },
    clients: kind.client ? [kind.client] : [],
    tokenLifeS: 3_600,
  });
  t.after(() => issuer.close());
  issuer.consent = { decision: "approve", iss: null };
  const remote = await startProtectedRemote({
    issuer,
    metadataAt: "none",
    metadata: { resource: `${front.origin}/mcp` },
    challenge: () => "Bearer",
  });
  t.after(() => remote.close());
  // Nothing announces metadata documents where there is no metadata.
  const really = kind.document && issuerPath !== "" ? { name: "dynamic" } : kind;
  await lifeOfASignIn(issuer, `${front.origin}/mcp`, really);
}

async function lifeOfASignIn(issuer: StrictIssuer, url: string, kind: Kind): Promise<void> {
  const document = "https://client.example/metadata.json";
  const settings: Partial<AuthSettings> = {
    ...(kind.given ? { staticClient: kind.given } : {}),
    ...(kind.document ? { clientMetadataUrl: new URL(document) } : {}),
  };
  if (kind.document) issuer.acceptDocument(document, { client_id: document, redirect_uris: REDIRECTS });
  const browser = scriptedBrowser();
  const first = createRig({ remote: url, settings, browser });
  try {
    assert.equal(await first.call(), 200, "fresh");
    issuer.expireAccessTokens();
    assert.equal(await first.call(), 200, "renewed");
  } finally {
    await first.close();
  }
  const { shared } = first;
  const second = createRig({ remote: url, settings, shared, browser: refuseToOpen() });
  try {
    assert.equal(await second.call(), 200, "restarted");
    issuer.expireAccessTokens();
    assert.equal(await second.call(), 200, "rotated");
  } finally {
    await second.close();
  }
  assert.equal(browser.opened.length, 1);
  assert.deepEqual(
    issuer.server.to("token").map(({ form }) => form.get("grant_type")),
    ["authorization_code", "refresh_token", "refresh_token"],
  );
  issuer.revokeEverything();
  const third = createRig({ remote: url, settings, shared, browser });
  try {
    assert.equal(await third.call(), 200, "signed in anew");
  } finally {
    await third.close();
  }
  assert.equal(browser.opened.length, 2);
  assert.equal(issuer.server.to("register").length, kind.client || kind.document ? 0 : 1);
  issuer.assertClean();
}
