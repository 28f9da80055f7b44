// The remote's own stream is given up only where there is none; a lost session that it hears of first is made anew at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { rpcError } from "../../support/hosts/rpc-text.ts";
import { EVENT_STREAM } from "../../support/remotes/mcp-server.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));

const text = (status: number, body = "", type = "text/plain"): Answer => ({
  status,
  headers: { "content-type": type },
  body,
});
const error = (status: number, words: string, code = -32000): Answer => ({
  status,
  body: rpcError(null, code, words),
});

/** Answers to the GET that leave open whether there is a stream. */
const PASSING: Readonly<Record<string, Answer>> = {
  "409 while another stream is open": error(409, "Conflict: Only one SSE stream is allowed per session"),
  "409": text(409),
  "400": text(400, "Bad Request"),
  "403": text(403, "no"),
  "406": text(406),
  "408": text(408),
  "410": text(410),
  "429 with seconds": { status: 429, headers: { "retry-after": "1" } },
  "500": text(500),
  "502": text(502, "<h1>Bad gateway</h1>", "text/html"),
  "503 with a date": { status: 503, headers: { "retry-after": new Date(Date.now() + 1_000).toUTCString() } },
  "a page": text(200, "<html>hello</html>", "text/html"),
  JSON: { body: { ok: true } },
  "202": { status: 202 },
  "204": { status: 204 },
  "a redirect elsewhere": { status: 302, headers: { location: "http://127.0.0.1:1/" } },
  "a broken connection": { reset: true },
};

for (const [name, answer] of Object.entries(PASSING)) {
  test(`[NET-1][NET-4] ${name}, first of all or later: the stream is asked for again, ever more rarely`, async () => {
    const { host, remote } = await start({ clock: quickClock(100) });
    remote.fail("GET", () => answer, 3);
    await host.open();
    await remote.streaming();
    remote.fail("GET", () => answer, 2);
    for (const stream of remote.streams) stream.end();
    while (remote.received("GET").length < 7) await turn();
    await remote.streaming();
    assert.equal(remote.received("initialize").length, 1);
    assert.ok((await host.request("ping")).json.result);
  });
}

for (const status of [404, 405, 501]) {
  test(`[NET-1] ${status} before any stream: there is none, and nobody asks again`, async () => {
    const clock = manualClock();
    const { host, remote } = await start({ clock });
    remote.fail("GET", () => text(status, "Not here"), 99);
    await host.open();
    while (remote.received("GET").length === 0) await turn();
    await host.request("ping");
    await clock.advance(600_000);
    await host.request("ping");
    assert.equal(remote.received("GET").length, 1);
    assert.equal(remote.received("initialize").length, 1);
  });
}

for (const status of [405, 501]) {
  test(`[NET-1] ${status} after a stream is passing`, async () => {
    const { host, remote } = await start({ clock: quickClock(100) });
    await host.open();
    await remote.streaming();
    remote.fail("GET", () => text(status), 2);
    for (const stream of remote.streams) stream.end();
    while (remote.received("GET").length < 4) await turn();
    await remote.streaming();
    assert.equal(remote.received("initialize").length, 1);
  });
}

/** The session is lost. */
const LOST: Readonly<Record<string, Answer>> = {
  "404 with an error": error(404, "Session not found", -32001),
  "400 with an error": error(400, "No valid session ID provided"),
  "400 in plain words": text(400, "Invalid or missing session ID"),
  "401 in plain words": text(401, "Session expired"),
  "409 with an error": error(409, "Session terminated"),
  "410 in plain words": text(410, "session no longer exists"),
  "500 with an error": error(500, "Server not initialized"),
  "503 in plain words": text(503, "unknown session"),
  "200 with an error": error(200, "Session not found"),
};

for (const [name, answer] of Object.entries(LOST)) {
  for (const when of ["before any stream", "after one"]) {
    test(`[NET-2] ${name}, ${when}: a new session, without a word of the host`, async () => {
      const { host, remote } = await start({ clock: quickClock(100) });
      if (when === "after one") {
        await host.open();
        await remote.streaming();
      }
      remote.fail("GET", () => {
        remote.sessions.clear();
        return answer;
      });
      if (when === "after one") for (const stream of remote.streams) stream.end();
      else await host.open();
      while (remote.received("initialize").length < 2) await turn();
      await remote.streaming();
      assert.equal(remote.received("initialize").length, 2);
      assert.equal(host.lines.length, 1, "the host hears nothing of it");
    });
  }
}

test("[NET-2] 404 after a stream, without a word", async () => {
  const { host, remote } = await start({ clock: quickClock(100) });
  await host.open();
  await remote.streaming();
  remote.sessions.clear();
  remote.fail("GET", () => text(404));
  for (const stream of remote.streams) stream.end();
  while (remote.received("initialize").length < 2) await turn();
  await remote.streaming();
});

for (const [name, answer] of Object.entries({
  "400": error(400, "Session not found"),
  "404": error(404, "Session not found"),
})) {
  test(`[NET-2] a remote that refuses every session its stream with ${name} makes two sessions, not one after the other`, async () => {
    const clock = manualClock();
    const { host, remote } = await start({ clock });
    remote.fail("GET", () => answer, Number.POSITIVE_INFINITY);
    await host.open();
    for (let seconds = 0; seconds < 600; seconds += 1) {
      await clock.advance(1_000);
      await turn();
    }
    assert.ok((await host.request("ping")).json.result);
    assert.equal(remote.received("initialize").length, 2);
  });
}

test("[NET-2] a remote that loses every session as soon as its stream is open gets ever fewer new ones", async () => {
  const clock = manualClock();
  const { host, remote } = await start({ clock });
  let opened = 0;
  remote.fail(
    "GET",
    () => {
      opened += 1;
      return opened % 2 === 1
        ? { headers: EVENT_STREAM, body: ": bye\n\n" }
        : error(404, "Session not found");
    },
    Number.POSITIVE_INFINITY,
  );
  await host.open();
  for (let seconds = 0; seconds < 600; seconds += 1) {
    await clock.advance(1_000);
    await turn();
  }
  const count = remote.received("initialize").length;
  assert.ok(count > 2 && count < 25, `${count} in ten minutes`);
});

test("[NET-2] without a session id there is none to lose", async () => {
  const { host, remote } = await start({ clock: quickClock(100) }, { stateless: true });
  remote.fail("GET", () => error(400, "Invalid or missing session ID"), 3);
  await host.open();
  await remote.streaming();
  assert.equal(remote.received("initialize").length, 1);
});
