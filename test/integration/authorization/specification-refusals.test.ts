// What the specification says must be refused: in each case one sentence that names both values, no code sent, no
// browser opened after it, nothing saved; and where there is an override, it works.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { createRig } from "../../support/issuers/auth-rig.ts";
import {
  type StrictIssuer,
  type StrictIssuerOptions,
  startStrictIssuer,
} from "../../support/issuers/strict-issuer.ts";
import { type ProtectedRemoteOptions, startProtectedRemote } from "../../support/remotes/protected-remote.ts";

async function scene(
  t: TestContext,
  issuerOptions: StrictIssuerOptions,
  remoteOptions: ProtectedRemoteOptions,
) {
  const issuer = await startStrictIssuer(issuerOptions);
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer, ...remoteOptions });
  t.after(() => remote.close());
  return { issuer, remote };
}

/** One request that must fail before a browser opens. */
async function refused(
  t: TestContext,
  { issuer, remote }: { issuer: StrictIssuer; remote: { url: string } },
  code: FailureCode,
  names: readonly string[],
  settings: Partial<AuthSettings> = {},
): Promise<void> {
  const browser = refuseToOpen();
  const rig = createRig({ remote: remote.url, browser, settings });
  t.after(() => rig.close());
  await assert.rejects(rig.call(), (error) => {
    assert.ok(isFailure(error, code), String(error));
    for (const name of names) assert.ok(error.message.includes(name), `${name} is not in: ${error.message}`);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
  assert.deepEqual(browser.opened, []);
  assert.deepEqual(issuer.server.to("token"), []);
  assert.deepEqual(issuer.server.to("register"), []);
  assert.equal(rig.shared.record?.grant, undefined);
  assert.equal(rig.shared.record?.discovery, undefined);
}

/** The same with the override that the hint names: it works. */
async function works(
  t: TestContext,
  remote: { url: string },
  settings: Partial<AuthSettings>,
): Promise<void> {
  const rig = createRig({ remote: remote.url, settings });
  t.after(() => rig.close());
  assert.equal(await rig.call(), 200);
}

describe("before the browser", () => {
  for (const [name, foreign] of [
    ["another origin", "https://other.example/mcp"],
    ["another path", "/other"],
    ["a deeper path", "/mcp/deeper"],
    ["a path that only begins alike", "/mc"],
  ] as const)
    test(`[DISC-4] metadata of ${name} is refused, with both values; --resource overrides`, async (t) => {
      const metadata: Record<string, unknown> = {};
      const all = await scene(t, {}, { metadata });
      metadata.resource = foreign.startsWith("/") ? all.remote.server.origin + foreign : foreign;
      const resource = String(metadata.resource);
      await refused(t, all, "AUTH_RESOURCE_MISMATCH", [resource, all.remote.url]);
      await works(t, all.remote, { resource });
      all.issuer.assertClean();
    });

  for (const [name, spelling] of [
    ["the origin", (url: URL) => url.origin],
    ["the origin with a slash", (url: URL) => `${url.origin}/`],
    ["other case", (url: URL) => url.href.replace("http", "HTTP")],
    ["the same", (url: URL) => url.href],
  ] as const)
    test(`[DISC-4] metadata of ${name} fits, and goes to the issuer as published`, async (t) => {
      const metadata: Record<string, unknown> = {};
      const all = await scene(t, {}, { metadata });
      const published = spelling(new URL(all.remote.url));
      metadata.resource = published;
      all.issuer.state.expect.resource = published;
      await works(t, all.remote, {});
      all.issuer.assertClean();
    });

  for (const [name, other] of [
    ["another issuer", (url: string) => url.replace(/:\d+$/, ":1")],
    ["the issuer with two slashes", (url: string) => `${url}//`],
    ["the issuer in other case", (url: string) => url.replace("http", "HTTP")],
  ] as const)
    test(`[DISC-6] metadata that names ${name} is refused; --trust-issuer pins the exception`, async (t) => {
      const metadata: Record<string, unknown> = {};
      const all = await scene(t, { metadata }, {});
      const named = other(all.issuer.url);
      metadata.issuer = named;
      await refused(t, all, "AUTH_ISSUER_MISMATCH", [all.issuer.url, named]);
      await refused(t, all, "AUTH_ISSUER_MISMATCH", [named], {
        trustIssuer: { asked: all.issuer.url, named: "https://third.example" },
      });
      all.issuer.consent = { decision: "approve", iss: named };
      await works(t, all.remote, { trustIssuer: { asked: all.issuer.url, named } });
      all.issuer.assertClean();
    });

  for (const [name, methods] of [
    ["nothing about PKCE", undefined],
    ["plain only", ["plain"]],
  ] as const)
    test(`[AUTH-1] an issuer that announces ${name} is refused; --allow-missing-pkce-metadata overrides`, async (t) => {
      const all = await scene(t, { metadata: { code_challenge_methods_supported: methods } }, {});
      const browser = refuseToOpen();
      const rig = createRig({ remote: all.remote.url, browser });
      t.after(() => rig.close());
      await assert.rejects(
        rig.call(),
        (error) => isFailure(error, "AUTH_NO_PKCE") && /S256/.test(error.message),
      );
      assert.deepEqual(browser.opened, []);
      assert.deepEqual(all.issuer.server.to("token"), []);
      await works(t, all.remote, { allowMissingPkceMetadata: true });
      all.issuer.assertClean();
    });

  for (const name of ["authorization_endpoint", "token_endpoint", "registration_endpoint"])
    for (const bad of ["http://far.example/here", "ftp://far.example/here", "https://u:p@far.example/here"])
      test(`[AUTH-7] ${name} ${bad} is refused`, async (t) => {
        const all = await scene(t, { metadata: { [name]: bad } }, {});
        const browser = refuseToOpen();
        const rig = createRig({ remote: all.remote.url, browser });
        t.after(() => rig.close());
        await assert.rejects(
          rig.call(),
          (error) =>
            isFailure(error, "AUTH_INSECURE_ENDPOINT", "AUTH_METADATA_INVALID") &&
            error.message.includes("far.example"),
        );
        assert.deepEqual(browser.opened, []);
        assert.deepEqual(all.issuer.server.to("token"), []);
      });

  test("[REG-2] a client that belongs to another issuer is not used with this one", async (t) => {
    const all = await scene(t, {}, {});
    const staticClient = { clientId: "known-client", issuer: "https://its.example" };
    const browser = refuseToOpen();
    const rig = createRig({ remote: all.remote.url, browser, settings: { staticClient } });
    t.after(() => rig.close());
    await assert.rejects(rig.call(), (error) => {
      assert.ok(isFailure(error, "AUTH_CLIENT_ISSUER_MISMATCH"));
      assert.ok(error.message.includes("https://its.example") && error.message.includes(all.issuer.url));
      return true;
    });
    assert.deepEqual(browser.opened, []);
  });
});

describe("on the way back", () => {
  const table: [string, boolean, string | null, boolean][] = [
    ["iss as announced", true, "own", true],
    ["no iss though announced", true, null, false],
    ["another iss", true, "https://evil.example", false],
    ["iss with a slash", true, "slash", false],
    ["iss that was not announced, and fits", false, "own", true],
    ["iss that was not announced, and does not fit", false, "https://evil.example", false],
    ["no iss where none was announced", false, null, true],
  ];
  for (const [name, announced, iss, good] of table)
    test(`[AUTH-5] ${name}: ${good ? "taken" : "refused, and the code is not sent"}`, async (t) => {
      const metadata = { authorization_response_iss_parameter_supported: announced ? true : undefined };
      const all = await scene(t, { metadata }, {});
      const sent = iss === "own" ? all.issuer.url : iss === "slash" ? `${all.issuer.url}/` : iss;
      all.issuer.consent = { decision: "approve", iss: sent };
      const browser = scriptedBrowser();
      const rig = createRig({ remote: all.remote.url, browser });
      t.after(() => rig.close());
      if (good) {
        assert.equal(await rig.call(), 200);
        return;
      }
      await assert.rejects(rig.call(), (error) => {
        assert.ok(isFailure(error, "AUTH_RESPONSE_INVALID"), String(error));
        assert.ok(error.message.includes(all.issuer.url), error.message);
        if (sent !== null) assert.ok(error.message.includes(sent), error.message);
        return true;
      });
      assert.deepEqual(all.issuer.server.to("token"), []);
      assert.equal(rig.shared.record?.grant, undefined);
    });

  test("[AUTH-5] an error with a wrong iss is not believed either", async (t) => {
    const all = await scene(t, {}, {});
    all.issuer.consent = {
      decision: "deny",
      iss: "https://evil.example",
      errorDescription: "call this number",
    };
    const rig = createRig({ remote: all.remote.url });
    t.after(() => rig.close());
    await assert.rejects(
      rig.call(),
      (error) => isFailure(error, "AUTH_RESPONSE_INVALID") && !error.message.includes("call this number"),
    );
  });

  test("[AUTH-6] a redirect with no state or a foreign one is answered 400, and the sign-in goes on", async (t) => {
    const all = await scene(t, {}, {});
    all.issuer.consent = { decision: "hold" };
    const browser = scriptedBrowser();
    const rig = createRig({ remote: all.remote.url, browser });
    t.after(() => rig.close());
    const called = rig.call();
    const address = await browser.arrival();
    const back = new URL(address.searchParams.get("redirect_uri") ?? "");
    for (const query of ["code=stolen", "code=stolen&state=foreign", "error=access_denied&state=foreign", ""])
      assert.equal((await fetch(`${back.href}?${query}`)).status, 400, query);
    all.issuer.consent = { decision: "approve" };
    const pages = await (await import("../../support/browsers/person.ts")).consent(address);
    assert.equal(pages.at(-1)?.status, 200);
    assert.equal(await called, 200);
    all.issuer.assertClean();
  });
});
