// Answers that come on the remote's own stream, since the POST was answered with nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { event, type Json } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import type { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));

/** What a POST gets whose answer comes elsewhere. */
const EMPTY: Readonly<Record<string, Answer>> = {
  "202": { status: 202 },
  "202 with words": { status: 202, headers: { "content-type": "text/plain" }, body: "Accepted" },
  "202 with JSON": { status: 202, body: { status: "queued" } },
  "202 with an empty stream": { status: 202, headers: EVENT_STREAM, body: "" },
  "204": { status: 204 },
  "200 without a body": { headers: { "content-type": "application/json" }, body: "" },
  "200 with a body of no length": {
    take: (_request, response) => void response.writeHead(200, { "content-type": "application/json" }).end(),
  },
  "an empty stream": { headers: EVENT_STREAM, body: "" },
  "a stream of no length": { take: (_request, response) => void response.writeHead(200, EVENT_STREAM).end() },
  "a stream with a comment": { headers: EVENT_STREAM, body: ": bye\n\n" },
  "a stream with a pause": { headers: EVENT_STREAM, body: "retry: 10\n\n" },
  "a stream with an empty event": { headers: EVENT_STREAM, body: "data:\n\n" },
};

/** Carries out what it gets, and hands back the answer. */
function elsewhere(remote: ScriptedRemote, method: string, empty: Answer, times = 1): Promise<Json> {
  return new Promise((resolve) => {
    remote.fail(
      method,
      async (_, normally) => {
        resolve((await normally()).body as Json);
        return empty;
      },
      times,
    );
  });
}

for (const [name, empty] of Object.entries(EMPTY)) {
  for (const [method, params] of [
    ["tools/call", { name: "count" }],
    ["tools/call", { name: "echo" }],
    ["tools/list", undefined],
  ] as const) {
    test(`[LIFE-6][NET-8] ${name}: ${method} ${params?.name ?? ""} is answered on the remote's own stream`, async () => {
      const clock = manualClock();
      const { host, remote } = await start({ clock });
      await host.open();
      await host.request("tools/list");
      await remote.streaming();
      const answer = elsewhere(remote, method, empty);
      const asked = host.request(method, params);
      const message = await answer;
      await host.request("ping");
      await clock.advance(4_000);
      remote.push({ jsonrpc: "2.0", id: "nobody-asked", result: { wrong: true } });
      remote.push(message);
      remote.push({ jsonrpc: "2.0", id: message.id, result: { second: true } });
      assert.deepEqual((await asked).json.result, message.result);
      await host.request("ping");
      assert.equal(host.lines.filter(({ json }) => json.id === message.id).length, 1);
      assert.ok(!host.lines.some(({ json }) => json.id === "nobody-asked"));
      assert.deepEqual(remote.carriedOut, params === undefined ? [] : [params.name]);
    });
  }
}

test("[LIFE-6] an answer that is there before its POST is answered is the answer", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  let end = (): void => undefined;
  const ended = new Promise<void>((done) => {
    end = done;
  });
  remote.fail("tools/call", async (_, normally) => {
    remote.push((await normally()).body as Json);
    await ended;
    return { status: 202 };
  });
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  end();
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  assert.deepEqual(remote.carriedOut, ["count", "count"]);
});

test("[NET-8] a call that takes five minutes elsewhere is waited for", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  await host.open();
  await remote.streaming();
  const answer = elsewhere(remote, "tools/call", { status: 202 });
  const asked = host.request("tools/call", { name: "count" });
  const message = await answer;
  for (let seconds = 0; seconds < 300; seconds += 5) {
    await clock.advance(5_000);
    await host.request("ping");
  }
  remote.push(message);
  assert.ok((await asked).json.result);
});

/** What nobody answers fails at last: after so long. */
for (const [method, network, afterMs] of [
  ["tools/list", {}, 60_000],
  ["prompts/get", {}, 60_000],
  ["prompts/get", { headersTimeoutMs: 20_000 }, 20_000],
  ["tools/call", {}, 600_000],
  ["tools/call", { callHeadersTimeoutMs: 30_000 }, 30_000],
] as const) {
  for (const name of ["202", "an empty stream"]) {
    test(`[LIFE-6][NET-8] ${name}, and nothing else: ${method} fails after ${afterMs / 1_000} s, with ${JSON.stringify(network)}`, async () => {
      const clock = manualClock();
      const { host, remote } = await start({ clock, network });
      await host.open();
      await remote.streaming();
      remote.fail(method, () => EMPTY[name] ?? {}, 99);
      const startedMs = clock.monotonicMs();
      const asked = host.request(method, { name: "count" }, "asked");
      while (remote.received(method).length < 1) await turn();
      while (!host.lines.some(({ json }) => json.id === "asked")) {
        await host.request("ping");
        await clock.advance(1_000);
      }
      const { error } = (await asked).json;
      assert.equal(error?.data?.code, "REMOTE_NO_ANSWER");
      assert.match(String(error?.message), /unknown whether the request ran/);
      assert.ok(clock.monotonicMs() - startedMs >= afterMs, `${clock.monotonicMs() - startedMs}`);
      assert.equal(remote.received("initialize").length, 1);
    });
  }
}

for (const status of [405, 404, 501]) {
  test(`[LIFE-6] a remote that says with ${status} that it has no stream is not waited for`, async () => {
    const clock = manualClock();
    const { host, remote } = await start({ clock });
    remote.fail("GET", () => ({ status }), 99);
    await host.open();
    remote.fail("tools/call", () => ({ status: 202 }));
    const { error } = (await host.request("tools/call", { name: "count" })).json;
    assert.equal(error?.data?.code, "REMOTE_NO_ANSWER");
    assert.match(String(error?.message), /promised no answer/);
  });
}

test("[NET-4] a stream that breaks meanwhile comes back, and brings the answer", async () => {
  const { host, remote } = await start({ clock: quickClock(100) });
  await host.open();
  await remote.streaming();
  const answer = elsewhere(remote, "tools/call", { status: 202 });
  const asked = host.request("tools/call", { name: "count" });
  const message = await answer;
  for (const stream of remote.streams) stream.destroy();
  while (remote.streams.size > 0) await turn();
  await remote.streaming();
  remote.push(message);
  assert.deepEqual((await asked).json.result, message.result);
});

for (const tool of ["count", "echo"]) {
  test(`[NET-2][NET-3] a session that is lost meanwhile: ${tool} ${tool === "echo" ? "goes to the next one" : "fails"}`, async () => {
    const { host, remote } = await start({ clock: quickClock(100) });
    await host.open();
    await host.request("tools/list");
    await remote.streaming();
    const answer = elsewhere(remote, "tools/call", { status: 202 });
    const asked = host.request("tools/call", { name: tool });
    await answer;
    await host.request("ping");
    remote.sessions.clear();
    for (const stream of remote.streams) stream.end();
    const { json } = await asked;
    if (tool === "echo") assert.ok(json.result);
    else assert.equal(json.error?.data?.code, "REMOTE_NO_ANSWER");
    assert.deepEqual(remote.carriedOut, tool === "echo" ? ["echo", "echo"] : ["count"]);
    while (remote.received("initialize").length < 2) await turn();
  });
}

test("[LIFE-6] who cancels what is answered elsewhere gets no answer", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  const answer = elsewhere(remote, "tools/call", { status: 202 });
  host.send({ id: "call", method: "tools/call", params: { name: "count" } });
  const message = await answer;
  host.send({ method: "notifications/cancelled", params: { requestId: "call" } });
  while (remote.received("notifications/cancelled").length < 1) await turn();
  remote.push(message);
  await host.request("ping");
  assert.ok(!host.lines.some(({ json }) => json.id === "call"));
});

test("[LIFE-6] what the bridge asks by itself is answered elsewhere, too", async () => {
  const { host, remote } = await start({ session: { provisional: true } });
  await host.open();
  await remote.streaming();
  const all = (_: Exchange, normally: () => Promise<Answer>) =>
    normally().then((answer) => {
      remote.push(answer.body as Json);
      return { status: 202 };
    });
  remote.fail("tools/list", all, 99);
  const { json } = await host.request("tools/call", { name: "drawbridge_sign_in" });
  assert.match(JSON.stringify(json.result), /is connected\. Its tools: .*echo.*count/);
});

test("[LIFE-6] progress on the stream of the POST is an answer on its way, and not an empty stream", async () => {
  const { host, remote } = await start();
  await host.open();
  await remote.streaming();
  const progress = {
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: 1, progress: 1 },
  };
  remote.fail("tools/call", () => ({ headers: EVENT_STREAM, body: event(progress) }));
  const { error } = (await host.request("tools/call", { name: "count" })).json;
  assert.match(String(error?.message), /ended its answer without the response/);
});
