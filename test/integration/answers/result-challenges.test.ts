// A sign-in that is asked for in the result of a tool call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { event, isObject, type Json } from "../../support/hosts/rpc-text.ts";
import { answerOf, asking, resultScene, usual } from "../../support/issuers/result-scene.ts";
import { EVENT_STREAM, textResult } from "../../support/remotes/mcp-server.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

/** What is in the result. Gets the place of the metadata. */
const CHALLENGES: Readonly<Record<string, (place: string) => unknown>> = {
  "as the documentation has it": (place) => [
    `Bearer resource_metadata="${place}", error="insufficient_scope", error_description="You need to login to continue"`,
  ],
  "with a place alone": (place) => [`Bearer resource_metadata="${place}"`],
  "with an invalid token": (place) => [`Bearer error="invalid_token", resource_metadata="${place}"`],
  "with a relative place": (place) => [`Bearer resource_metadata="${new URL(place).pathname}"`],
  "with a scope": (place) => [`Bearer scope="read", resource_metadata="${place}"`],
  "behind another scheme": (place) => ['Basic realm="x"', `Bearer resource_metadata="${place}"`],
  "in one text": (place) => [`Basic realm="x", Bearer resource_metadata="${place}"`],
  "without a list": (place) => `Bearer resource_metadata="${place}"`,
};

for (const [name, challenge] of Object.entries(CHALLENGES)) {
  test(`[AUTH-15] a challenge ${name} in a tool's result: a sign-in, and the call once more`, async (t) => {
    const scene = await resultScene(t);
    const { host, remote, issuer, browser, wants, calls } = scene;
    wants((exchange) => ({ body: answerOf(exchange, asking(challenge(remote.metadataUrl))) }));
    const { json } = await host.request("tools/call", { name: "count" });
    assert.equal(json.result?.isError, undefined, JSON.stringify(json));
    assert.deepEqual(remote.carriedOut, ["count"]);
    assert.equal(browser.opened.length, 1);
    assert.equal(calls(), 2);
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
    assert.equal(calls(), 3);
    issuer.assertClean();
    remote.assertClean();
    await host.close();
  });
}

/** How the result travels. */
const TRAVELS: Readonly<Record<string, (exchange: Exchange, message: Json) => Answer>> = {
  "as an event": (_, message) => ({ headers: EVENT_STREAM, body: event(message) }),
  "as an event of a stream that stays open": (_, message) => ({
    take(_request, response) {
      response.writeHead(200, EVENT_STREAM);
      response.write(event(message));
    },
  }),
  "as text": (_, message) => ({
    headers: { "content-type": "text/plain" },
    body: JSON.stringify(message).replace("mcp/www", "mcp\\/www"),
  }),
  "at the end of a stream, behind progress": (_, message) => ({
    headers: EVENT_STREAM,
    body: `${event({ jsonrpc: "2.0", method: "notifications/progress", params: {} })}data: ${JSON.stringify(message)}`,
  }),
  "with another answer behind it": (exchange, message) => ({
    headers: EVENT_STREAM,
    body: event(message) + event(answerOf(exchange, textResult("second"))),
  }),
};

for (const [name, travels] of Object.entries(TRAVELS)) {
  test(`[AUTH-15] a challenge in a tool's result ${name}`, async (t) => {
    const { host, remote, browser, wants, calls } = await resultScene(t);
    wants((exchange) =>
      travels(exchange, answerOf(exchange, asking([`Bearer resource_metadata="${remote.metadataUrl}"`]))),
    );
    const { text } = await host.request("tools/call", { name: "count" }, "call");
    assert.ok(!text.includes("log in") && !text.includes("second"), text);
    assert.deepEqual(remote.carriedOut, ["count"]);
    assert.equal(browser.opened.length, 1);
    assert.equal(calls(), 2);
    assert.equal(host.lines.filter(({ json }) => json.id === "call").length, 1);
    await host.close();
  });
}

test("[AUTH-15] who refuses the sign-in gets the result as it came", async (t) => {
  const scene = await resultScene(t);
  const { host, wants, calls, issuer } = scene;
  issuer.consent = { decision: "deny" };
  wants((exchange) => ({ body: answerOf(exchange, asking(usual(scene))) }));
  assert.deepEqual((await host.request("tools/call", { name: "count" })).json.result, asking(usual(scene)));
  assert.equal(calls(), 1);
  assert.equal(issuer.server.to("token").length, 0);
  await host.close();
});

test("[AUTH-15][TOK-6] a tool that still asks after the sign-in: its result as it came, and no second sign-in or renewal", async (t) => {
  const scene = await resultScene(t);
  const { host, remote, browser, calls, issuer } = scene;
  remote.server.script("mcp", (exchange, normally) =>
    isObject(exchange.json) && exchange.json.method === "tools/call"
      ? { body: answerOf(exchange, asking(usual(scene))) }
      : normally(),
  );
  for (let count = 1; count <= 3; count += 1) {
    const { json } = await host.request("tools/call", { name: "count" });
    assert.deepEqual(json.result, asking(usual(scene)));
    assert.equal(calls(), count + 1, "only the first call is sent twice");
  }
  assert.equal(browser.opened.length, 1);
  assert.equal(issuer.server.to("token").length, 1);
  await host.close();
});

for (const error of [
  'error="invalid_token"',
  'error="insufficient_scope"',
  'error="insufficient_scope", scope="read"',
])
  test(`[AUTH-15] a token that the tool calls old with ${error} is renewed, without a person`, async (t) => {
    const clock = manualClock(Date.now());
    const scene = await resultScene(t, { clock });
    const { host, rig, browser, wants, calls, issuer, remote } = scene;
    wants((exchange) => ({ body: answerOf(exchange, asking([`${usual(scene)[0]}, ${error}`])) }));
    await host.request("tools/call", { name: "count" });
    assert.equal(browser.opened.length, 1);
    issuer.expireAccessTokens();
    await clock.advance(61_000);
    const before = calls();
    const { json } = await host.request("tools/call", { name: "count" });
    assert.equal(json.result?.isError, undefined, JSON.stringify(json));
    assert.equal(calls() - before, 2);
    assert.equal(browser.opened.length, 1);
    assert.equal(issuer.server.to("token").length, 2);
    assert.deepEqual(remote.carriedOut, ["count", "count"]);
    assert.ok(rig.shared.record?.grant);
    await host.close();
  });

test("[AUTH-4][AUTH-15] a tool that wants more scope gets a step-up, twice at most", async (t) => {
  const scene = await resultScene(t, { remoteOptions: { metadata: { scopes_supported: ["read"] } } });
  const { host, remote, browser, wants, issuer, rig } = scene;
  wants((exchange) => ({ body: answerOf(exchange, asking(usual(scene))) }));
  await host.request("tools/call", { name: "count" });
  assert.equal(rig.shared.record?.grant?.scope, "read");
  let wanted = "write";
  const scoped = () => asking([`Bearer error="insufficient_scope", scope="${wanted}"`]);
  remote.server.unscript("mcp");
  remote.server.script("mcp", (exchange, normally) => {
    const token = issuer.check(String(exchange.headers.authorization).replace("Bearer ", ""));
    const scope = typeof token === "object" ? (token.family.scope ?? "") : "";
    const isCall = isObject(exchange.json) && exchange.json.method === "tools/call";
    return isCall && !scope.split(" ").includes(wanted) ? { body: answerOf(exchange, scoped()) } : normally();
  });
  assert.equal((await host.request("tools/call", { name: "count" })).json.result?.isError, undefined);
  assert.equal(rig.shared.record?.grant?.scope, "read write");
  wanted = "more";
  assert.equal((await host.request("tools/call", { name: "count" })).json.result?.isError, undefined);
  wanted = "most";
  assert.deepEqual((await host.request("tools/call", { name: "count" })).json.result, scoped());
  assert.equal(browser.opened.length, 3);
  await host.close();
});
