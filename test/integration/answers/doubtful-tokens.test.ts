// Remotes that fail in ways of their own where a token is not good any more: it is renewed once before the error goes out.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { startScene } from "../../support/issuers/auth-scene.ts";
import { recordOf, signedIn } from "../../support/issuers/signed-in.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

async function start(t: TestContext) {
  const scene = await signedIn(t);
  const { rig, remote, issuer } = scene;
  const begun = issuer.server.to("token").length;
  const old = `Bearer ${recordOf(rig).grant?.accessToken.reveal()}`;
  const meet = async (): Promise<BridgeHost> => {
    const host = new BridgeHost({ url: remote.url, authorizer: rig.authorizer, clock: quickClock(10) });
    t.after(() => host.close());
    return host;
  };
  return {
    ...scene,
    meet,
    /** The remote fails so with the token that there is now; with every one. */
    stale: (answer: (exchange: Exchange) => Answer) =>
      remote.server.script("mcp", (exchange, normally) =>
        exchange.headers.authorization === old ? answer(exchange) : normally(),
      ),
    broken: (answer: (exchange: Exchange) => Answer) => remote.server.script("mcp", answer),
    renewals: () => issuer.server.to("token").length - begun,
  };
}

const HTML = { "content-type": "text/html" };
const at = (status: number, location: string) => (): Answer => ({ status, headers: { location } });

/** What a remote answers to a token that it does not know any more. */
const FAULTS: Readonly<Record<string, (exchange: Exchange) => Answer>> = {
  "500": () => ({ status: 500 }),
  "500 with JSON": () => ({ status: 500, body: { error: "server_error" } }),
  "500 with a page": () => ({ status: 500, headers: HTML, body: "<h1>Internal Server Error</h1>" }),
  "500 with an error of no request": () => ({ status: 500, body: rpcError(null, -32603, "Internal error") }),
  "507": () => ({ status: 507, body: "invalid key" }),
  "520": () => ({ status: 520, headers: HTML, body: "<h1>Unknown error</h1>" }),
  "a page": () => ({ headers: HTML, body: "<form>Sign in</form>" }),
  "302 to a page": at(302, "/login?next=/mcp"),
  "303 to a page": at(303, "/login"),
  "301 to a page": at(301, "/"),
  "302 elsewhere": at(302, "https://issuer.example/authorize?client_id=x"),
  "307 elsewhere": at(307, "https://login.example/"),
};

for (const [name, fault] of Object.entries(FAULTS)) {
  // The other redirects are also how a form says that it was carried out.
  const isRedirect = name.startsWith("307");

  test(`[TOK-3] ${name}, inside a session: the token is renewed, and what is safe is sent again`, async (t) => {
    const { meet, stale, renewals, remote, issuer } = await start(t);
    const host = await meet();
    await host.open();
    await host.request("tools/list");
    stale(fault);
    assert.ok((await host.request("tools/list")).json.result);
    assert.ok((await host.request("tools/call", { name: "echo" })).json.result);
    assert.equal(renewals(), 1);
    assert.deepEqual(remote.carriedOut, ["echo"]);
    issuer.assertClean();
    await host.close();
  });

  test(`[TOK-3][NET-3] ${name}: an unsafe call ${isRedirect ? "was not carried out, and goes again" : "is not sent twice, and the next one works"}`, async (t) => {
    const { meet, stale, renewals, remote } = await start(t);
    const host = await meet();
    await host.open();
    await host.request("tools/list");
    const before = remote.server.to("mcp").length;
    stale(fault);
    const { json } = await host.request("tools/call", { name: "count" });
    assert.equal(json.result !== undefined, isRedirect, JSON.stringify(json));
    assert.equal(remote.server.to("mcp").length - before, isRedirect ? 2 : 1);
    assert.equal(renewals(), 1);
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
    assert.deepEqual(remote.carriedOut, isRedirect ? ["count", "count"] : ["count"]);
    await host.close();
  });

  test(`[TOK-3] ${name}, at the handshake`, async (t) => {
    const { meet, stale, renewals } = await start(t);
    stale(fault);
    const host = await meet();
    assert.ok((await host.open()).json.result);
    assert.equal(renewals(), 1);
    await host.close();
  });

  test(`[TOK-6] ${name}, whatever the token is: the error as it came, and no second renewal within a minute`, async (t) => {
    const { meet, broken, renewals, clock } = await start(t);
    const host = await meet();
    await host.open();
    await host.request("tools/list");
    broken(fault);
    for (const params of [undefined, { name: "echo" }, { name: "count" }]) {
      const { error } = (await host.request(params ? "tools/call" : "tools/list", params)).json;
      if (error?.code === -32603) assert.equal(error.message, "Internal error");
      else assert.match(String(error?.data?.code), /^REMOTE_/);
      assert.equal(renewals(), 1);
    }
    await clock.advance(59_000);
    await host.request("tools/call", { name: "count" });
    assert.equal(renewals(), 1);
    await clock.advance(2_000);
    await host.request("tools/call", { name: "count" });
    assert.equal(renewals(), 2);
    await host.close();
  });
}

/** Failures that say nothing about a token, or an answer. */
const OTHERS: Readonly<Record<string, (exchange: Exchange) => Answer>> = {
  "400": () => ({ status: 400, body: "no" }),
  "404 of an answer": (exchange) => ({
    status: 404,
    body: rpcError(idOf(exchange), -32602, "no such thing"),
  }),
  "422": () => ({ status: 422, body: "no" }),
  "429": () => ({ status: 429, headers: { "retry-after": "3600" } }),
  "500 of an answer": (exchange) => ({
    status: 500,
    body: rpcError(idOf(exchange), -32603, "the tool failed"),
  }),
  "501": () => ({ status: 501 }),
  "502": () => ({ status: 502 }),
  "503": () => ({ status: 503, headers: { "retry-after": "3600" } }),
  "504": () => ({ status: 504 }),
  "a broken connection": () => ({ reset: true }),
  "words that are no MCP in a 200": () => ({ headers: { "content-type": "application/json" }, body: "oops" }),
};
const idOf = ({ json }: Exchange): unknown => (json as Json).id ?? null;

for (const [name, fault] of Object.entries(OTHERS)) {
  test(`[TOK-2] ${name} is no reason to ask for another token`, async (t) => {
    const { meet, broken, renewals } = await start(t);
    const host = await meet();
    await host.open();
    await host.request("tools/list");
    broken(fault);
    assert.ok((await host.request("tools/call", { name: "count" })).json.error);
    assert.ok((await host.request("tools/list")).json.error);
    assert.equal(renewals(), 0);
    await host.close();
  });
}

test("[TOK-3] without a refresh token the error goes out as it came, and nobody is asked to sign in", async (t) => {
  const { issuer, remote, rig: rigOf } = await startScene(t);
  issuer.server.script("token", async (_, normally) => {
    const answer = await normally();
    const { refresh_token: _none, ...body } = answer.body as Json;
    return { ...answer, body };
  });
  const rig = rigOf();
  assert.equal(await rig.call(), 200);
  assert.equal(recordOf(rig).grant?.refreshToken, undefined);
  const host = new BridgeHost({ url: remote.url, authorizer: rig.authorizer });
  await host.open();
  await host.request("tools/list");
  remote.server.script("mcp", { status: 500, body: "broken" });
  assert.match(String((await host.request("tools/list")).json.error?.message), /500/);
  assert.equal(issuer.server.to("token").length, 1);
  assert.equal(rig.authorizer.inProgress(), undefined);
  await host.close();
});

for (const [name, answer] of Object.entries({
  "refuses to renew it": { status: 400, body: { error: "invalid_grant" } },
  "is down": { status: 503 },
  "does not answer": { reset: true },
} as const)) {
  test(`[TOK-5] the issuer ${name}: the remote's error goes out as it came, and no browser opens`, async (t) => {
    const { meet, stale, issuer, rig } = await start(t);
    const host = await meet();
    await host.open();
    await host.request("tools/list");
    issuer.server.script("token", answer);
    stale(() => ({ status: 500, body: "broken" }));
    for (const method of ["tools/call", "tools/list"]) {
      const { error } = (await host.request(method, { name: "count" })).json;
      if (name === "refuses to renew it" && method === "tools/list") continue;
      assert.equal(error?.data?.code, "REMOTE_HTTP_ERROR");
      assert.match(String(error?.message), /answered 500.*broken/);
    }
    assert.equal(rig.authorizer.inProgress(), undefined);
    await host.close();
  });
}

test("[TOK-4] requests that fail at once share one renewal, and all go again", async (t) => {
  const { meet, stale, renewals } = await start(t);
  const host = await meet();
  await host.open();
  await host.request("tools/list");
  stale(() => ({ status: 500 }));
  const asked = ["a", "b", "c", "d"].map((id) => host.request("tools/list", undefined, id));
  for (const { json } of await Promise.all(asked)) assert.ok(json.result);
  assert.equal(renewals(), 1);
  await host.close();
});
