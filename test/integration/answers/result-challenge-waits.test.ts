// A sign-in that a tool's result asks for, and a person who takes time, leaves or never comes.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost, type BridgeHostOptions } from "../../support/hosts/bridge-host.ts";
import { event, type Json } from "../../support/hosts/rpc-text.ts";
import { asking } from "../../support/issuers/result-scene.ts";
import { ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});
const turn = () => new Promise<void>((done) => setImmediate(done));

const RESULT = asking(["Bearer"]);
const isSignedIn = ({ headers }: Exchange): boolean => headers.authorization === "Bearer t";
const refusal = ({ json }: Exchange): Json => ({ jsonrpc: "2.0", id: (json as Json).id, result: RESULT });

async function start(options: Partial<BridgeHostOptions> = {}) {
  const remote = new ScriptedRemote();
  await remote.listen();
  clean.push(() => remote.close());
  const ask = (exchange: Exchange, normally: () => Promise<Answer>) =>
    isSignedIn(exchange) ? normally() : { body: refusal(exchange) };
  remote.fail("tools/call", ask, Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  const host = new BridgeHost({ url: remote.url, authorizer, ...options });
  clean.push(() => host.close());
  await host.open();
  await remote.streaming();
  const challenged = async (count = 1): Promise<void> => {
    while (authorizer.challenges.length < count) await turn();
  };
  return { remote, authorizer, host, challenged };
}

test("[AUTH-15] the challenge is told to the authorizer as that of a call", async () => {
  const { host, authorizer, challenged } = await start();
  const asked = host.request("tools/call", { name: "count" });
  await challenged();
  authorizer.signIn("t");
  assert.equal((await asked).json.result?.isError, undefined);
  const [{ operation, cause, status, wwwAuthenticate, sent, inResult } = assert.fail()] =
    authorizer.challenges;
  assert.deepEqual(
    { operation, cause, status, wwwAuthenticate, sent, inResult },
    {
      operation: "tools/call:count",
      cause: "host",
      status: 401,
      wwwAuthenticate: ["Bearer"],
      sent: undefined,
      inResult: true,
    },
  );
});

test("[AUTH-15] a person who takes longer than a host waits: the result as it came, and the next call works", async () => {
  const clock = manualClock();
  const { host, remote, authorizer, challenged } = await start({ clock, session: { provisional: true } });
  const asked = host.request("tools/call", { name: "count" });
  await challenged();
  await clock.advance(7_000);
  assert.ok(!host.lines.some(({ json }) => json.result?.isError));
  await clock.advance(1_000);
  assert.deepEqual((await asked).json.result, RESULT);
  authorizer.signIn("t");
  assert.equal((await host.request("tools/call", { name: "count" })).json.result?.isError, undefined);
  assert.deepEqual(remote.carriedOut, ["count"]);
});

test("[AUTH-15] a call that is cancelled during the sign-in is not sent again", async () => {
  const { host, remote, authorizer, challenged } = await start();
  host.send({ id: "call", method: "tools/call", params: { name: "count" } });
  await challenged();
  host.send({ method: "notifications/cancelled", params: { requestId: "call" } });
  while (remote.received("notifications/cancelled").length < 1) await turn();
  authorizer.signIn("t");
  assert.equal((await host.request("tools/call", { name: "echo" })).json.result?.isError, undefined);
  assert.deepEqual(remote.carriedOut, ["echo"]);
  assert.ok(!host.lines.some(({ json }) => json.id === "call"));
});

test("[AUTH-15] calls that are refused at the same time share one sign-in", async () => {
  const { host, remote, authorizer, challenged } = await start();
  const asked = ["a", "b", "c"].map((id) => host.request("tools/call", { name: "count" }, id));
  await challenged(3);
  authorizer.signIn("t");
  for (const { json } of await Promise.all(asked)) assert.equal(json.result?.isError, undefined);
  assert.equal(authorizer.signIns, 1);
  assert.deepEqual(remote.carriedOut, ["count", "count", "count"]);
});

test("[AUTH-15] a challenge in a result that comes on the remote's own stream", async () => {
  const { host, remote, authorizer, challenged } = await start();
  remote.heal();
  remote.fail("tools/call", (exchange) => {
    remote.push(refusal(exchange));
    return { status: 202 };
  });
  const asked = host.request("tools/call", { name: "count" });
  await challenged();
  authorizer.signIn("t");
  assert.equal((await asked).json.result?.isError, undefined);
  assert.deepEqual(remote.carriedOut, ["count"]);
});

test("[AUTH-15][NET-4] a challenge in a result that comes on a stream that was resumed", async () => {
  const { host, remote, authorizer, challenged } = await start();
  remote.heal();
  remote.fail("tools/call", (exchange) => {
    remote.fail("GET", () => ({
      take(_request, response) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(event(refusal(exchange), "e2"));
      },
    }));
    return { headers: { "content-type": "text/event-stream" }, body: "id: e1\nretry: 1\ndata:\n\n" };
  });
  const asked = host.request("tools/call", { name: "count" });
  await challenged();
  authorizer.signIn("t");
  assert.equal((await asked).json.result?.isError, undefined);
  assert.deepEqual(remote.carriedOut, ["count"]);
});

test("[AUTH-15][NET-7] a challenge in a result that comes over HTTP+SSE", async () => {
  const remote = new OldSseRemote();
  await remote.listen();
  clean.push(() => remote.close());
  remote.server.script("POST /messages", (exchange, normally) => {
    if ((exchange.json as Json).method !== "tools/call" || isSignedIn(exchange)) return normally();
    remote.streams.at(-1)?.write(event(refusal(exchange)));
    return { status: 202 };
  });
  const authorizer = new ScriptedAuthorizer();
  const host = new BridgeHost({ url: remote.url, authorizer, session: { transport: "sse-only" } });
  clean.push(() => host.close());
  await host.open();
  const asked = host.request("tools/call", { name: "count" });
  while (authorizer.challenges.length < 1) await turn();
  authorizer.signIn("t");
  assert.equal((await asked).json.result?.isError, undefined);
  assert.deepEqual(remote.carriedOut, ["count"]);
});
