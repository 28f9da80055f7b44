// Scope and resource of the requests: what is sent, what is never sent, and what a refusal teaches.
import assert from "node:assert/strict";
import { test } from "node:test";
import { QUIRKS } from "../../../src/auth/protocol/issuer-quirks.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";
import type { StrictIssuer } from "../../support/issuers/strict-issuer.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";
import { sharedVault } from "../../support/stores/memory-vault.ts";

const CALL = { method: "tools/call", name: "echo" };

/** The issuer's refusal as a redirect. */
function refusal(issuer: StrictIssuer, error: string, description?: string) {
  return ({ url }: Exchange): Answer => {
    const back = new URL(url.searchParams.get("redirect_uri") ?? "");
    back.searchParams.set("state", url.searchParams.get("state") ?? "");
    back.searchParams.set("iss", issuer.url);
    back.searchParams.set("error", error);
    if (description !== undefined) back.searchParams.set("error_description", description);
    return { status: 302, headers: { location: back.href } };
  };
}

test("[AUTH-2] resource: always sent, in authorization, exchange and refresh; the user's value wins", async (t) => {
  for (const [settings, expected] of [
    [{}, "published"],
    [{ resource: "urn:mine" }, "urn:mine"],
    [{ omitResource: true }, null],
  ] as const) {
    const { issuer, remote, rig } = await startScene(t);
    const sent = expected === "published" ? remote.url : expected;
    // The remote of the test takes tokens for itself alone.
    if (sent !== remote.url)
      remote.server.script("mcp", ({ headers }, normally) =>
        headers.authorization ? { body: {} } : normally(),
      );
    issuer.state.expect.resource = sent ?? undefined;
    const made = rig({ settings });
    assert.equal(await made.call(), 200);
    assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.get("resource") ?? null, sent);
    assert.equal(issuer.server.to("token")[0]?.form.get("resource") ?? null, sent);
    issuer.assertClean();
  }
});

test("[AUTH-2] without resource metadata the remote's canonical address is the resource", async (t) => {
  const { issuer, remote, rig } = await startScene(t, {}, { metadataAt: "none" });
  issuer.state.expect.resource = remote.url;
  assert.equal(await rig({ settings: { issuer: issuer.url } }).call(), 200);
  issuer.assertClean();
});

test("[AUTH-2] an issuer that refuses resource is met once without, in the same tab, and remembered", async (t) => {
  const words = "AADSTS9010010: The resource parameter doesn't match with the requested scopes.";
  for (const where of ["redirect", "exchange", "refresh"] as const)
    await t.test(where, async (t) => {
      const { issuer, remote, rig } = await startScene(t);
      remote.server.script("mcp", ({ headers }, normally) =>
        headers.authorization ? normally() : normally(),
      );
      const browser = scriptedBrowser();
      const made = rig({ browser });
      if (where === "refresh") await made.call();
      if (where === "redirect")
        issuer.server.script("authorize", refusal(issuer, "invalid_target", words), 1);
      else
        issuer.server.script(
          "token",
          { status: 400, body: { error: "invalid_request", error_description: words } },
          1,
        );
      if (where === "refresh") {
        issuer.expireAccessTokens();
        // The strict issuer holds a sign-in to its resource; this one does not any more.
        for (const { family } of issuer.state.tokens.values()) Object.assign(family, { resource: undefined });
      }
      assert.equal(await made.call(), 200);
      assert.equal(browser.opened.length, 1);
      assert.equal(made.shared.record?.learned.omitResource, true);
      assert.equal(made.shared.record?.grant?.resource, undefined);
      issuer.expireAccessTokens();
      assert.equal(await rig({ shared: made.shared, browser: refuseToOpen() }).call(), 200);
      assert.equal(issuer.server.to("token").at(-1)?.form.has("resource"), false);
      issuer.assertClean();
    });
});

test("[AUTH-2] invalid_target is about the value: an error, not a reason to leave it out", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("authorize", refusal(issuer, "invalid_target", "unknown resource"));
  const made = rig();
  await failing("AUTH_REFUSED_BY_ISSUER", made.call(), issuer.url, "invalid_target", "unknown resource");
  assert.equal(made.shared.record?.learned.omitResource, undefined);
  assert.equal(issuer.server.to("authorize").length, 1);
});

test("[AUTH-3] scope: the challenge's, else the metadata's, else none; --scope and client metadata override", async (t) => {
  const table = [
    [{ scope: "read" }, {}, "read"],
    [{ metadata: { scopes_supported: ["a", "b"] } }, {}, "a b"],
    [{}, {}, null],
    [{ scope: "read" }, { scope: "mine" }, "mine"],
    [{}, { clientMetadata: { scope: "static" } }, "static"],
  ] as const;
  for (const [remoteOptions, settings, expected] of table) {
    const { issuer, rig } = await startScene(t, { expect: { scope: expected } }, remoteOptions);
    await rig({ settings })
      .call({ most: 1 })
      .catch(() => {});
    assert.equal(issuer.server.to("token").length, 1);
    issuer.assertClean();
  }
});

test("[AUTH-3] offline_access where the issuer lists it; refused, it is taken back once, and remembered", async (t) => {
  const metadata = { scopes_supported: ["read", "offline_access"] };
  const { issuer, rig } = await startScene(
    t,
    { metadata, expect: { scope: "read offline_access" } },
    { scope: "read" },
  );
  assert.equal(await rig().call(), 200);
  issuer.assertClean();

  issuer.server.script("authorize", ({ url }, normally) =>
    url.searchParams.get("scope")?.includes("offline_access")
      ? refusal(issuer, "invalid_scope", "no")({ url } as Exchange)
      : normally(),
  );
  issuer.state.expect.scope = "read";
  const browser = scriptedBrowser();
  const made = rig({ browser });
  assert.equal(await made.call(), 200);
  assert.equal(browser.opened.length, 1);
  assert.equal(made.shared.record?.learned.omitOfflineAccess, true);
  const asked = issuer.server.to("authorize").length;
  const { grant: _, ...rest } = made.shared.record ?? assert.fail();
  assert.equal(await rig({ shared: sharedVault(rest) }).call(CALL), 404);
  assert.equal(issuer.server.to("authorize").length, asked + 1);
  issuer.assertClean();
});

test("[AUTH-3] an invalid_scope that is not about offline_access is an error with the issuer's words", async (t) => {
  const { issuer, rig } = await startScene(t, {}, { scope: "read" });
  issuer.server.script("authorize", refusal(issuer, "invalid_scope", "what is read?"));
  await failing("AUTH_REFUSED_BY_ISSUER", rig().call(), "invalid_scope", "what is read?");
  assert.equal(issuer.server.to("authorize").length, 1);
});

/** A row of the table, as if its issuer were the one on loopback. */
function here(name: string) {
  const row = QUIRKS.find((quirk) => quirk.name === name) ?? assert.fail(name);
  return { quirks: [{ ...row, matches: () => true }] };
}

test("the table of quirks names the right hosts", () => {
  const of = (url: string) => QUIRKS.filter(({ matches }) => matches(new URL(url))).map(({ name }) => name);
  assert.deepEqual(of("https://login.microsoftonline.com/tenant/v2.0"), ["entra"]);
  assert.deepEqual(of("https://accounts.google.com"), ["google"]);
  assert.deepEqual(of("https://github.com/login/oauth"), ["github"]);
  assert.deepEqual(of("https://slack.com"), ["slack"]);
  assert.deepEqual(of("https://mcp.atlassian.com"), ["atlassian"]);
  assert.deepEqual(of("https://litellm.corp.example/mcp"), ["litellm"]);
  assert.deepEqual(of("https://notgithub.com"), []);
  assert.deepEqual(of("https://github.com.evil.example"), []);
});

test("[AUTH-2] entra gets no resource from the first request on", async (t) => {
  const { issuer, rig } = await startScene(t);
  assert.equal(await rig({ more: here("entra") }).call(), 200);
  assert.equal(issuer.server.to("authorize")[0]?.url.searchParams.has("resource"), false);
  assert.equal(issuer.server.to("token")[0]?.form.has("resource"), false);
  issuer.assertClean();
});

test("[TOK-7] google is asked for offline access and a fresh consent; the user's parameters win", async (t) => {
  const { issuer, rig } = await startScene(t);
  assert.equal(await rig({ more: here("google") }).call(), 200);
  const query = issuer.server.to("authorize")[0]?.url.searchParams;
  assert.deepEqual([query?.get("access_type"), query?.get("prompt")], ["offline", "consent"]);
  const settings = { authorizeParams: [["prompt", "login"]] as const };
  assert.equal(await rig({ more: here("google"), settings }).call(), 200);
  assert.equal(issuer.server.to("authorize")[1]?.url.searchParams.get("prompt"), "login");
});

test("[TOK-8] github's errors with status 200 are errors", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("token", {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "error=bad_verification_code&error_description=old",
  });
  await failing("AUTH_EXCHANGE_FAILED", rig({ more: here("github") }).call(), "bad_verification_code", "old");
});

test("[AUTH-9] slack gets its redirect to the character", async (t) => {
  const { createServer } = await import("node:net");
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => free.once("listening", done));
  const { port } = free.address() as { port: number };
  await new Promise((done) => free.close(done));
  const exact = `http://localhost:${port}/slack/back`;
  const { issuer, rig } = await startScene(t, {
    clients: [{ clientId: "slack", auth: "none", redirectUris: [exact] }],
    expect: { redirectUri: exact },
  });
  const unknown = rig({ more: here("slack"), settings: { staticClient: { clientId: "slack" } } });
  const failure = await failing("AUTH_CLIENT_NEEDED", unknown.call(), issuer.url, "slack");
  assert.match(failure.hint, /port.*redirect_uris/);
  const settings = { staticClient: { clientId: "slack", redirectUris: [exact] } };
  assert.equal(await rig({ more: here("slack"), settings }).call(), 200);
  issuer.assertClean();
});

test("[DISC-6] atlassian's other name is known", async (t) => {
  const { issuer, rig } = await startScene(t, { metadata: { issuer: "https://cf.mcp.atlassian.com" } });
  issuer.consent = { decision: "approve", iss: "https://cf.mcp.atlassian.com" };
  assert.equal(await rig({ more: here("atlassian") }).call(), 200);
  await failing("AUTH_ISSUER_MISMATCH", rig({ more: { quirks: [] }, browser: refuseToOpen() }).call());
});

test("[REG-8] litellm's own callback in a registration is not taken for ours", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("register", async ({ json }, normally) => {
    const answer = await normally();
    const { redirect_uris } = json as { redirect_uris: string[] };
    const body = { ...(answer.body as object), redirect_uris: ["http://localhost:4000/callback"] } as Record<
      string,
      unknown
    >;
    const clientId = String(body.client_id);
    issuer.state.clients.set(clientId, { clientId, auth: "none", redirectUris: redirect_uris });
    return { ...answer, body };
  });
  assert.equal(await rig({ more: here("litellm") }).call(), 200);
  issuer.assertClean();
});

test("[LIM-1] a sign-in whose address would be longer than browsers take is refused, and nothing is kept of it", async (t) => {
  const scope = "s".repeat(8_100);
  const { issuer, rig } = await startScene(t, {}, { scope });
  const made = rig({ browser: refuseToOpen() });
  await failing("AUTH_METADATA_INVALID", made.call(), issuer.url, "8192", "characters");
  assert.equal(made.shared.record?.pending, undefined);
});
