// What the built program takes for a challenge, whatever stands between it and the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

for (const [name, headers] of [
  ["the gateway's name alone", (usual: string) => ({ "x-amzn-remapped-www-authenticate": usual })],
  [
    "the gateway's own challenge beside it",
    (usual: string) => ({ "www-authenticate": "Bearer", "X-Amzn-Remapped-WWW-Authenticate": usual }),
  ],
] as const)
  for (const status of [401, 403])
    test(`[DISC-1] a ${status} whose challenge has ${name}`, { timeout: 30_000 }, async (t) => {
      const issuer = await startStrictIssuer();
      t.after(() => issuer.close());
      const remote = await startProtectedRemote({ issuer });
      t.after(() => remote.close());
      remote.server.script("mcp", async (_, normally) => {
        const answer = await normally();
        if (answer.status !== 401) return answer;
        return { status, headers: headers(String(answer.headers?.["www-authenticate"])) };
      });
      const tab = browserProgram();
      t.after(() => tab.remove());
      const host = startHost({ args: [remote.url], env: tab.env });
      t.after(() => host.close());
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/);
      issuer.assertClean();
    });

for (const [name, answer] of [
  ["nothing", { status: 403 }],
  ["words", { status: 403, headers: { "content-type": "text/plain" }, body: "Forbidden" }],
  ["JSON", { status: 403, body: { message: "Forbidden" } }],
  ["a page of its own server", { status: 403, headers: { "content-type": "text/html" }, body: "<p>403" }],
  ["another scheme's challenge", { status: 403, headers: { "www-authenticate": "Basic" } }],
] as const)
  for (const metadataAt of ["path", "root"] as const)
    test(`[DISC-1] a 403 with ${name}, and metadata at the ${metadataAt}: a sign-in`, {
      timeout: 30_000,
    }, async (t) => {
      const issuer = await startStrictIssuer();
      t.after(() => issuer.close());
      const remote = await startProtectedRemote({ issuer, metadataAt });
      t.after(() => remote.close());
      remote.server.script("mcp", async ({ headers }, normally) =>
        headers.authorization === undefined ? answer : normally(),
      );
      const tab = browserProgram();
      t.after(() => tab.remove());
      const host = startHost({ args: [remote.url], env: tab.env });
      t.after(() => host.close());
      assert.ok((await host.initialize()).result, host.stderr);
      assert.match(JSON.stringify(await host.request("tools/list")), /"echo"/);
      issuer.assertClean();
    });

const PAGE = { "content-type": "text/html; charset=UTF-8" };
for (const [name, status, headers, told] of [
  [
    "Cloudflare's challenge",
    403,
    { ...PAGE, "cf-mitigated": "challenge", server: "cloudflare" },
    "Cloudflare",
  ],
  ["Cloudflare's mark alone", 403, { "cf-mitigated": "challenge" }, "Cloudflare"],
  ["Cloudflare's page", 403, { ...PAGE, "cf-ray": "1-FRA" }, "Cloudflare"],
  ["Akamai's page", 403, { ...PAGE, server: "AkamaiGHost" }, "Akamai"],
  ["CloudFront's page", 403, { ...PAGE, "x-amz-cf-id": "x" }, "Amazon CloudFront"],
  ["AWS WAF's challenge", 403, { "x-amzn-waf-action": "captcha" }, "AWS WAF"],
  ["Imperva's page", 403, { ...PAGE, "x-iinfo": "1-2" }, "Imperva"],
  ["an unknown page", 403, { ...PAGE, server: "gatekeeper/2" }, 'it calls itself "gatekeeper/2"'],
  ["a page of nobody", 403, PAGE, "it does not say what it is"],
  ["Cloudflare's challenge as 503", 503, { ...PAGE, "cf-mitigated": "challenge" }, "Cloudflare"],
  ["a page as 503", 503, { ...PAGE, server: "nginx" }, "or the server behind it is down"],
] as const)
  test(`[DISC-11] ${status} with ${name}: something in front refuses, and is named`, {
    timeout: 30_000,
  }, async (t) => {
    const remote = await startProtectedRemote();
    t.after(() => remote.close());
    const mitigated = { status, headers, body: "<p>Just a moment..." };
    for (const place of ["mcp", "well-known"]) remote.server.script(place, mitigated);
    const tab = browserProgram();
    t.after(() => tab.remove());
    const host = startHost({ args: [remote.url, "--no-provisional"], env: tab.env });
    t.after(() => host.close());
    if (status === 403) {
      const { error } = await host.initialize();
      assert.match(JSON.stringify(error), /something in front of the server refuses this computer/);
      assert.ok(String(Object(error).message).includes(told), JSON.stringify(error));
    } else {
      void host.initialize().catch(() => undefined);
      await host.stderrMatching(/something in front of the server/);
      assert.ok(host.stderr.includes(told), host.stderr);
    }
    assert.doesNotMatch(host.stderr, /speak/);
    assert.deepEqual(tab.opened(), []);
  });

test("[DISC-1] a 403 without a challenge and without metadata is told in the server's words, and nothing is guessed", {
  timeout: 30_000,
}, async (t) => {
  const remote = await startProtectedRemote();
  t.after(() => remote.close());
  remote.server.script("mcp", {
    status: 403,
    headers: { "content-type": "text/plain" },
    body: "Not for you.",
  });
  const host = startHost({ args: [remote.url] });
  t.after(() => host.close());
  assert.match(JSON.stringify((await host.initialize()).error), /Not for you\./);
  assert.ok(remote.server.to("well-known").every(({ url }) => url.pathname.includes("protected-resource")));
  assert.deepEqual(remote.violations, []);
});
