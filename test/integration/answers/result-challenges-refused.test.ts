// Results of tool calls that look like a challenge and are none, or lead nowhere: they reach the host as they came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import {
  answerOf,
  asking,
  idOf,
  type ResultScene,
  resultScene,
  usual,
} from "../../support/issuers/result-scene.ts";
import type { ProtectedRemoteOptions } from "../../support/remotes/protected-remote.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

/** Answers that ask for nothing, as far as anybody may believe. */
const REFUSED: Readonly<Record<string, (scene: ResultScene, exchange: Exchange) => Json>> = {
  "a result that succeeded": (scene, exchange) =>
    answerOf(exchange, asking(usual(scene), { isError: false })),
  "a result that does not say that it failed": (scene, exchange) => {
    const { isError: _, ...result } = asking(usual(scene));
    return answerOf(exchange, result);
  },
  "a result of 300 KB": (scene, exchange) =>
    answerOf(exchange, asking(usual(scene), { structuredContent: { text: "x".repeat(300_000) } })),
  "a text that speaks of it": (_, exchange) =>
    answerOf(exchange, { isError: true, content: [{ type: "text", text: '"mcp/www_authenticate"' }] }),
  "a list of nothing": (_, exchange) => answerOf(exchange, asking([])),
  "a challenge in the content": (scene, exchange) =>
    answerOf(exchange, {
      isError: true,
      content: [{ type: "text", text: "x", _meta: asking(usual(scene))._meta }],
    }),
  "a challenge beside the result": (scene, exchange) => ({
    ...answerOf(exchange, { isError: true, content: [] }),
    _meta: asking(usual(scene))._meta,
  }),
  "a challenge in an error": (scene, exchange) => ({
    ...rpcError(idOf(exchange), -32001, "log in"),
    _meta: asking(usual(scene))._meta,
  }),
};

for (const [name, answer] of Object.entries(REFUSED)) {
  test(`[AUTH-15] ${name} reaches the host as it came, and nobody signs in`, async (t) => {
    const scene = await resultScene(t, { browser: refuseToOpen() });
    const { host, wants, calls, issuer } = scene;
    let sent = "";
    wants((exchange) => {
      sent = JSON.stringify(answer(scene, exchange));
      return { headers: { "content-type": "application/json" }, body: sent };
    });
    assert.equal((await host.request("tools/call", { name: "count" })).text, sent);
    assert.equal(calls(), 1);
    assert.equal(issuer.server.ledger.length, 0);
    await host.close();
  });
}

test("[AUTH-15] a challenge in the result of another method, and in a batch, reaches the host as it came", async (t) => {
  const scene = await resultScene(t, { browser: refuseToOpen() });
  const { host, remote } = scene;
  remote.server.script("mcp", ({ json }) => {
    const reply = ({ id }: Json): Json => ({ jsonrpc: "2.0", id, result: asking(usual(scene)) });
    return { body: Array.isArray(json) ? json.map(reply) : reply(json as Json) };
  });
  assert.match((await host.request("prompts/get", { name: "p" })).text, /You need to log in/);
  const call = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "count" } });
  host.write(JSON.stringify([call(1), call(2)]));
  for (const id of [1, 2]) assert.match((await host.answer(id)).text, /You need to log in/);
  await host.close();
});

/** Challenges that lead to no sign-in. */
const UNANSWERED: Readonly<Record<string, ProtectedRemoteOptions>> = {
  "for another resource": { metadata: { resource: "https://other.example/mcp" } },
  "without an issuer": { metadata: { authorization_servers: [] } },
  "whose metadata is not there": { metadataAt: "none" },
};

for (const [name, remoteOptions] of Object.entries(UNANSWERED)) {
  test(`[AUTH-15] a challenge ${name}: the result as it came, and no token for anybody`, async (t) => {
    const scene = await resultScene(t, { remoteOptions, browser: refuseToOpen() });
    const { host, wants, calls, issuer } = scene;
    wants((exchange) => ({ body: answerOf(exchange, asking(usual(scene))) }));
    const { json } = await host.request("tools/call", { name: "count" });
    assert.deepEqual(json.result, asking(usual(scene)));
    assert.equal(calls(), 1);
    assert.equal(issuer.server.to("token").length, 0);
    await host.close();
  });
}
