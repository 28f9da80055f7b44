// Answers that begin and do not end, or end where nobody hears it (LIFE-1).
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import type { Json } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

let clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Ten minutes in three seconds. */
const SPEED = 200;

async function start<Remote extends { url: string; listen(): Promise<void>; close(): Promise<void> }>(
  remote: Remote,
) {
  await remote.listen();
  const host = new BridgeHost({ url: remote.url, clock: quickClock(SPEED), session: { provisional: true } });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  return { host, remote };
}

/** Sends a little now and then, for ever. */
const dripping = (headers: Record<string, string>, drop: string): Answer => ({
  take(_request, response) {
    response.writeHead(200, headers);
    const timer = setInterval(() => response.write(drop), 5);
    response.once("close", () => clearInterval(timer));
    clean.push(() => clearInterval(timer));
  },
});
const DRIPPING: Readonly<Record<string, Answer>> = {
  "a stream of comments": dripping(EVENT_STREAM, ": x\n"),
  "JSON that never ends": dripping({ "content-type": "application/json" }, " "),
};

// First in this file: what reads cookies is loaded with the first one.
test("[LIFE-1] [NET-3] an answer with a cookie that breaks while the cookie is kept is one that broke", async () => {
  const { host, remote } = await start(new ScriptedRemote());
  remote.fail("initialize", () => ({
    take(request, response) {
      const headers = { "content-type": "application/json", "content-length": "100", "set-cookie": "a=b" };
      response.writeHead(200, headers).flushHeaders();
      setTimeout(() => request.socket.resetAndDestroy(), 2);
    },
  }));
  void host.open();
  while (remote.received("initialize").length < 2) await turn();
  assert.ok((await host.request("tools/list")).json.result);
});

for (const [what, answer] of Object.entries(DRIPPING)) {
  test(`[LIFE-1] ${what} as the answer to a handshake is given up, and asked for again`, async () => {
    const { host, remote } = await start(new ScriptedRemote());
    remote.fail("initialize", () => answer);
    void host.open();
    while (remote.received("initialize").length < 2) await turn();
    assert.ok((await host.request("tools/list")).json.result);
  });

  test(`[LIFE-1] [NET-8] ${what} ends as an error for a list, and a call may take as long as it likes`, async () => {
    const { host, remote } = await start(new ScriptedRemote());
    await host.open();
    remote.fail("tools/call", () => answer);
    remote.fail("tools/list", () => answer, Number.POSITIVE_INFINITY);
    void host.request("tools/call", { name: "count" }, "call").catch(() => undefined);
    const { json } = await host.request("tools/list");
    assert.match(JSON.stringify(json.error), /REMOTE_NO_ANSWER/);
    assert.ok(!host.lines.some((line) => line.json.id === "call"));
  });
}

test("[LIFE-1] [NET-7] over HTTP+SSE, a message that is accepted and never answered is given up", async () => {
  class Silent extends OldSseRemote {
    silent = new Map([
      ["initialize", 1],
      ["resources/read", 9],
    ]);

    protected override reply(message: Json) {
      const left = this.silent.get(String(message.method)) ?? 0;
      this.silent.set(String(message.method), left - 1);
      return left > 0 ? undefined : super.reply(message);
    }
  }
  const { host, remote } = await start(new Silent());
  void host.open();
  while (remote.methods.filter((method) => method === "initialize").length < 2) await turn();
  const { json } = await host.request("resources/read", { uri: "a:b" });
  assert.match(JSON.stringify(json.error), /did not end within 600 s/);
});
