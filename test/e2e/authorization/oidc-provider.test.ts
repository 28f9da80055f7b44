// A real issuer, `oidc-provider`, and every kind of client it knows: sign in, renew with rotation, start again, sign in
// anew when everything was revoked.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { ClientMetadata } from "oidc-provider";
import { type BrowserProgram, browserProgram } from "../../support/browsers/browser.ts";
import { type StdioHost, startHost } from "../../support/hosts/stdio-host.ts";
import {
  type OidcIssuer,
  type OidcIssuerOptions,
  SCOPE,
  startOidcIssuer,
} from "../../support/issuers/oidc-issuer.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { type ProtectedRemote, startProtectedRemote } from "../../support/remotes/protected-remote.ts";

const DOCUMENT = "https://client.example/metadata.json";
const CODE_FLOW: Pick<
  ClientMetadata,
  "application_type" | "grant_types" | "response_types" | "redirect_uris"
> = {
  application_type: "native",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  redirect_uris: ["http://localhost/oauth/callback"],
};

interface Kind {
  readonly name: string;
  readonly clients?: readonly ClientMetadata[];
  readonly fetch?: NonNullable<OidcIssuerOptions["fetch"]>;
  /** Client credentials for `--static-oauth-client-info`. */
  readonly info?: object;
  readonly args?: readonly string[];
}

const secret = "a secret with / and + and %";
const KINDS: readonly Kind[] = [
  { name: "dynamic registration" },
  {
    name: "registered before, public",
    clients: [{ ...CODE_FLOW, client_id: "public", token_endpoint_auth_method: "none" }],
    info: { client_id: "public" },
  },
  {
    name: "registered before, secret in the header",
    clients: [
      {
        ...CODE_FLOW,
        client_id: "basic:client",
        client_secret: secret,
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    info: { client_id: "basic:client", client_secret: secret },
  },
  {
    name: "registered before, secret in the form",
    clients: [
      {
        ...CODE_FLOW,
        client_id: "post",
        client_secret: secret,
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    info: { client_id: "post", client_secret: secret, token_endpoint_auth_method: "client_secret_post" },
  },
  {
    name: "metadata document",
    args: ["--client-metadata-url", DOCUMENT],
    fetch: async () =>
      Response.json({ ...CODE_FLOW, client_id: DOCUMENT, token_endpoint_auth_method: "none" }),
  },
];

class Story {
  readonly folder: TemporaryFolder = temporaryFolder();
  readonly browser: BrowserProgram = browserProgram();
  readonly #t: TestContext;
  readonly #args: readonly string[];

  constructor(t: TestContext, remote: ProtectedRemote, { info, args = [] }: Kind) {
    this.#t = t;
    const file = path.join(this.folder.path, "client.json");
    writeFileSync(file, JSON.stringify(info ?? {}));
    this.#args = [remote.url, ...args, ...(info ? ["--static-oauth-client-info", `@${file}`] : [])];
    t.after(() => {
      this.folder.remove();
      this.browser.remove();
    });
  }

  async start(): Promise<StdioHost> {
    const host = startHost({
      args: this.#args,
      configDir: path.join(this.folder.path, "state"),
      env: this.browser.env,
    });
    this.#t.after(() => host.close());
    assert.ok((await host.initialize()).result, host.stderr);
    return host;
  }
}

async function echo(host: StdioHost, word: string): Promise<void> {
  const answer = await host.request("tools/call", { name: "echo", arguments: { word } });
  assert.match(JSON.stringify(answer.result), new RegExp(word), JSON.stringify(answer.error) + host.stderr);
}

async function startBoth(t: TestContext, kind: Kind, { path: issuerPath, more }: Variant) {
  const trusted: string[] = [];
  let issuer: OidcIssuer | undefined;
  const remote = await startProtectedRemote({
    metadata: { authorization_servers: trusted, scopes_supported: [SCOPE] },
    async accept({ headers }) {
      const found = await issuer?.verify(String(headers.authorization).replace(/^Bearer /, ""));
      if (!found) return "unknown or too old";
      return found.audience === remote.url && found.scopes.includes(SCOPE) ? undefined : "not for this";
    },
  });
  t.after(() => remote.close());
  const { clients, fetch } = kind;
  issuer = await startOidcIssuer({
    resource: remote.url,
    ...(clients ? { clients } : {}),
    ...(fetch ? { fetch } : {}),
    ...(issuerPath === undefined ? {} : { path: issuerPath }),
    ...(more === undefined ? {} : { more }),
  });
  const started = issuer;
  t.after(() => started.close());
  trusted.push(started.url);
  return { remote, issuer: started };
}

interface Variant extends Pick<OidcIssuerOptions, "path" | "more"> {
  readonly what: string;
}

const PUSHED = { pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true } };
const VARIANTS: readonly Variant[] = [
  { what: "without path" },
  { what: "with path", path: "/tenant/one" },
  { what: "that requires pushed requests [AUTH-14]", more: { features: PUSHED } },
];

for (const variant of VARIANTS)
  describe(`oidc-provider, issuer ${variant.what}`, {
    timeout: 120_000,
    concurrency: 2,
  }, () => {
    for (const kind of KINDS)
      test(`[REG-1] [REG-2] [AUTH-2] [AUTH-5] [TOK-2] [TOK-7] ${kind.name}: signs in, renews with rotation, starts again, signs in anew when revoked`, async (t) => {
        const { remote, issuer } = await startBoth(t, kind, variant);
        // A secret that is pushed goes out before a person sees whose page it is, so they have to have said.
        const args = [...(kind.args ?? []), ...(variant.more ? ["--issuer", issuer.url] : [])];
        const story = new Story(t, remote, { ...kind, args });
        const first = await story.start();
        await echo(first, "fresh");
        await issuer.expireAccessTokens();
        await echo(first, "renewed");
        await issuer.expireAccessTokens();
        await echo(first, "rotated");
        assert.equal((await first.endInput()).code, 0);

        const second = await story.start();
        await echo(second, "restarted");
        assert.deepEqual(issuer.granted, ["authorization_code", "refresh_token", "refresh_token"]);
        assert.equal(story.browser.opened().length, 1);
        assert.equal((await second.endInput()).code, 0);

        // Another start, so that no tab was opened in the last minute.
        await issuer.revokeGrants();
        const third = await story.start();
        await echo(third, "again");
        assert.equal(story.browser.opened().length, 2);
        assert.deepEqual(story.browser.troubles(), []);
        remote.assertClean();
      });
  });
