// More scope for one operation: once for everybody, bounded, and only for what a person asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idleBrowser, refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import type { Rig } from "../../support/issuers/auth-rig.ts";
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

const turn = () => new Promise((done) => setImmediate(done));

for (const where of ["two processes", "two tasks of one process"])
  test(`[AUTH-4] ${where} that widen at once for different scopes end with one grant that has both`, async (t) => {
    const toolScopes = { first: "a", second: "b", third: "c" };
    const { issuer, rig } = await startScene(t, {}, { scope: "read", toolScopes });
    const signedIn = rig();
    assert.equal(await signedIn.call(), 200);
    const { shared } = signedIn;
    const browser = idleBrowser();
    const one = rig({ shared, browser });
    const other = where !== "two processes" ? one : rig({ shared, browser });
    for (const made of [one, other]) assert.equal(await made.call(), 200);
    const calls = [
      one.call({ method: "tools/call", name: "first", most: 9 }),
      other.call({ method: "tools/call", name: "second", most: 9 }),
      other.call({ method: "tools/call", name: "third", most: 9 }),
    ];
    // All of them have been refused before anybody consents.
    const isRefused = (made: Rig, name: string) =>
      made.events.some(
        ({ name: event, fields }) => event === "auth.refused" && fields.operation === `tools/call:${name}`,
      );
    while (!isRefused(one, "first") || !isRefused(other, "second") || !isRefused(other, "third"))
      await turn();
    for (let tab = 0; tab < 3; tab++) {
      while (browser.opened.length <= tab) await turn();
      await consent(browser.opened[tab]?.href ?? "");
    }
    assert.deepEqual(await Promise.all(calls), [200, 200, 200]);
    assert.deepEqual(shared.record?.grant?.scope?.split(" ").sort(), ["a", "b", "c", "read"]);
    issuer.assertClean();
  });

test("[AUTH-4] a wider grant of another process is used as it is, and what it has is not lost by a later one", async (t) => {
  const { issuer, rig } = await startScene(
    t,
    {},
    { scope: "read", toolScopes: { delete: "write", add: "append" } },
  );
  const first = rig();
  assert.equal(await first.call(), 200);
  const browser = scriptedBrowser();
  const one = rig({ shared: first.shared, browser });
  const other = rig({ shared: first.shared, browser });
  for (const made of [one, other]) assert.equal(await made.call(), 200);
  assert.equal(await one.call({ method: "tools/call", name: "delete" }), 200);
  assert.equal(await other.call({ method: "tools/call", name: "delete" }), 200);
  assert.equal(browser.opened.length, 1);
  assert.equal(await other.call({ method: "tools/call", name: "add" }), 200);
  assert.equal(browser.opened.length, 2);
  assert.equal(first.shared.record?.grant?.scope, "read write append");
  issuer.assertClean();
});
