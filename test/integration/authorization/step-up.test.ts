// More scope for one operation: once for everybody, bounded, and only for what a person asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";

test("[AUTH-4] 403 insufficient_scope: one sign-in for the union, then the call works; at most two widenings", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    {},
    {
      scope: "read",
      toolScopes: { delete: "write", never: "forbidden" },
      metadata: { scopes_supported: ["read"] },
    },
  );
  const browser = scriptedBrowser();
  const made = rig({ browser });
  assert.equal(await made.call(), 200);
  issuer.state.expect.scope = "read write";
  assert.equal(await made.call({ method: "tools/call", name: "delete" }), 200);
  assert.equal(browser.opened.length, 2);
  assert.equal(made.shared.record?.grant?.scope, "read write");
  // The first registration did not have it; the issuer holds clients to what they registered.
  assert.equal(issuer.server.to("register").length, 2);
  issuer.assertClean();

  issuer.state.expect.scope = undefined;
  let asked = 0;
  const wanting = (scope: string) => ({
    status: 403,
    headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
  });
  remote.server.script("mcp", () => wanting(`more-${++asked}`));
  await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    made.call({ method: "tools/call", name: "never", most: 9 }),
    "more-3",
  );
  assert.equal(browser.opened.length, 4);
  // What is granted already is not asked for again.
  remote.server.unscript();
  remote.server.script("mcp", wanting("write"));
  await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    made.call({ method: "tools/call", name: "other", most: 9 }),
    "write",
  );
  assert.equal(browser.opened.length, 4);
  remote.assertClean();
});

test("[AUTH-4] a background request does not step up; with --scope the user is told", async (t) => {
  const { rig } = await startScene(t, {}, { scope: "read", toolScopes: { delete: "write" } });
  const made = rig();
  await made.call();
  const quiet = rig({ shared: made.shared, browser: refuseToOpen() });
  await quiet.call();
  await failing(
    "AUTH_SIGN_IN_REQUIRED",
    quiet.call({ method: "tools/call", name: "delete", cause: "background" }),
    "write",
  );
  const fixed = rig({ settings: { scope: "read" } });
  await fixed.call();
  const failure = await failing(
    "AUTH_INSUFFICIENT_SCOPE",
    fixed.call({ method: "tools/call", name: "delete" }),
    "write",
  );
  assert.match(failure.hint, /--scope/);
});

test("[AUTH-4] a remote that answers too little scope with 401: asked for once a new token is refused too", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  const challenge = 'Bearer error="invalid_token", scope="write"';
  remote.server.script("mcp", (exchange, normally) => {
    const token = /^Bearer (.+)$/.exec(String(exchange.headers.authorization))?.[1];
    const found = token === undefined ? "unknown" : issuer.check(token);
    if (typeof found === "string" || found.family.scope?.includes("write")) return normally();
    return { status: 401, headers: { "www-authenticate": challenge } };
  });
  const browser = scriptedBrowser();
  assert.equal(await rig({ browser }).call(), 200);
  assert.equal(browser.opened.length, 2);
});
