import assert from "node:assert/strict";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { bindEach } from "../../../src/platform/callback/bound-servers.ts";
import * as callbackServer from "../../../src/platform/callback/callback-server.ts";
import { needed } from "../../support/project/parts.ts";
import { ask, clock, dial, type Got, listen, open } from "./redirect-scene.ts";

const hasSix = await callbackServer
  .listen({ port: 0, redirectHost: "[::1]", onRequest: () => undefined }, clock)
  .then(
    (listener) => listener.close().then(() => true),
    () => false,
  );

test("[AUTH-8] the redirect is handed over whole, and the page answers it", async () => {
  const seen: string[] = [];
  const { port } = await listen(({ url, respond }) => {
    seen.push(url.href);
    respond(200, "<style>p { color: red }</style><p>Signed in</p>");
  });
  const headers = { host: `localhost:${port}` };
  const got = await ask({ port, host: "127.0.0.1", path: "/oauth/callback?code=a%2Fb&state=s", headers });
  assert.deepEqual(seen, [`http://localhost:${port}/oauth/callback?code=a%2Fb&state=s`]);
  assert.equal(got.status, 200);
  assert.match(got.body, /Signed in/);
});

test("[AUTH-10] a page runs nothing, loads nothing, is kept nowhere and does not tell its address on", async () => {
  const { port } = await listen(({ respond }) => respond(200, "<style>p{}</style>"));
  const { headers } = await ask({ port, host: "127.0.0.1" });
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["x-content-type-options"], "nosniff");
});

test("[AUTH-8] `localhost` is served in both families at one port", async (t) => {
  if (needed(t, "IPv6", hasSix || undefined) === undefined) return;
  const { port } = await listen(({ respond }) => respond(200, "here"));
  for (const host of ["127.0.0.1", "::1"]) assert.equal((await ask({ port, host })).body, "here", host);
});

test("[AUTH-8] an address in the redirect is served alone", async (t) => {
  if (needed(t, "IPv6", hasSix || undefined) === undefined) return;
  const four = await listen(({ respond }) => respond(200, "here"), { redirectHost: "127.0.0.1" });
  await assert.rejects(ask({ port: four.port, host: "::1" }));
  const six = await listen(({ respond }) => respond(200, "here"), { redirectHost: "[::1]" });
  await assert.rejects(ask({ port: six.port, host: "127.0.0.1" }));
  assert.equal((await ask({ port: six.port, host: "::1" })).status, 200);
});

test("[AUTH-9] --callback-bind listens where it says", async () => {
  const elsewhere = { bind: "127.0.0.2", redirectHost: "box.example" };
  const { port } = await listen(({ respond }) => respond(200, "here"), elsewhere);
  await assert.rejects(ask({ port, host: "127.0.0.1" }));
  const headers = { host: `box.example:${port}` };
  assert.equal((await ask({ port, host: "127.0.0.2", headers })).body, "here");
});

test("[AUTH-8] [AUTH-9] wherever --callback-bind listens, the addresses that the redirect names are left to nobody else", async (t) => {
  if (needed(t, "IPv6", hasSix || undefined) === undefined) return;
  const table = [
    ["127.0.0.2", "localhost", ["127.0.0.1", "::1"]],
    ["127.0.0.1", "localhost", ["::1"]],
    ["::1", "localhost", ["127.0.0.1"]],
    ["0.0.0.0", "[::1]", ["::1"]],
    ["::", "127.0.0.1", ["127.0.0.1"]],
  ] as const;
  for (const [bind, redirectHost, others] of table)
    for (const other of others) {
      const { port } = await listen(({ respond }) => respond(200, "here"), { bind, redirectHost });
      const headers = { host: `localhost:${port}` };
      assert.equal((await ask({ port, host: other, headers })).body, "here", `${bind} ${other}`);
      const stranger = await listen(({ respond }) => respond(200, "stranger"), { bind: other });
      const taken = listen(() => undefined, { bind, redirectHost, port: stranger.port });
      await assert.rejects(taken, (error) => isFailure(error, "LOCAL_PORT_TAKEN"), `${bind} ${other}`);
    }
});

test("[AUTH-8] [AUTH-9] a wildcard is not enough where another program listens at one of its addresses", async () => {
  // Not every system lets somebody do that, so here the wildcard is a server that connections to 127.0.0.1 do not reach.
  const [ours, stranger] = [createServer(), createServer()];
  const port = await new Promise<number>((resolve) => {
    stranger.listen({ host: "127.0.0.1", port: 0 }, () => resolve((stranger.address() as AddressInfo).port));
  });
  await new Promise<void>((resolve) => void ours.listen({ host: "127.0.0.2", port }, resolve));
  assert.equal(await bindEach(["127.0.0.1"], [ours], port, clock), undefined);
  // Connections that reach it, and addresses where nobody is, or which are not here at all.
  assert.deepEqual(await bindEach(["127.0.0.2", "203.0.113.7"], [ours], port, clock), []);
  const [free] = (await bindEach(["127.0.0.3"], [ours], port, clock)) ?? [];
  assert.equal(
    (free?.address() as AddressInfo | undefined)?.address,
    "127.0.0.3",
    "held, where the system lets us",
  );
  for (const server of [ours, stranger, free]) server?.close();
});

test("[AUTH-8] [AUTH-9] all addresses of one family leave no `localhost` of the other to anybody else", async (t) => {
  if (needed(t, "IPv6", hasSix || undefined) === undefined) return;
  for (const [bind, other] of [
    ["0.0.0.0", "::1"],
    ["::", "127.0.0.1"],
    ["[::]", "127.0.0.1"],
  ] as const) {
    const { port } = await listen(({ respond }) => respond(200, "here"), { bind });
    const headers = { host: `localhost:${port}` };
    assert.equal((await ask({ port, host: other, headers })).body, "here", bind);
    // Somebody who is there already is not left there.
    const stranger = await listen(({ respond }) => respond(200, "stranger"), { bind: other });
    const taken = listen(({ respond }) => respond(200, "here"), { bind, port: stranger.port });
    await assert.rejects(taken, (error) => isFailure(error, "LOCAL_PORT_TAKEN"), bind);
  }
});

test("[AUTH-8] a request that names another host is refused: DNS rebinding", async () => {
  let called = 0;
  const { port } = await listen(() => called++);
  for (const host of [`evil.example:${port}`, "localhost", `localhost:${port + 1}`, "localhost.evil.example"])
    assert.equal((await ask({ port, host: "127.0.0.1", headers: { host } })).status, 421, host);
  assert.equal(called, 0);
});

test("[AUTH-8] only GET is handed over; HEAD looks without using anything up", async () => {
  let called = 0;
  const { port } = await listen(() => called++);
  for (const method of ["POST", "PUT", "OPTIONS", "DELETE"])
    assert.equal((await ask({ port, host: "127.0.0.1", method })).status, 405, method);
  assert.equal(
    (await ask({ port, host: "127.0.0.1", method: "HEAD", path: "/oauth/callback?code=1" })).status,
    200,
  );
  assert.equal(called, 0);
});

test("[AUTH-8] a request larger than 8 KiB is refused", async () => {
  let called = 0;
  const { port } = await listen(() => called++);
  const path = `/oauth/callback?code=${"x".repeat(9_000)}`;
  assert.equal((await ask({ port, host: "127.0.0.1", path })).status, 431);
  assert.equal(called, 0);
});

test("a path that looks like another host stays a path", async () => {
  const { port } = await listen(({ url, respond }) => respond(200, url.host));
  assert.equal((await ask({ port, host: "127.0.0.1", path: "//evil.example/x" })).body, `localhost:${port}`);
  assert.equal((await ask({ port, host: "127.0.0.1", path: "http://evil.example/x" })).status, 400);
});

test("a finished sign-in can send the browser elsewhere", async () => {
  const { port } = await listen(({ redirect }) => redirect(new URL("https://done.example/ok")));
  const got = await ask({ port, host: "127.0.0.1" });
  assert.deepEqual([got.status, got.headers.location], [303, "https://done.example/ok"]);
});

test("[AUTH-9] a taken port is named, in either family, and nothing stays bound", async () => {
  const first = await listen(() => undefined);
  const again = callbackServer.listen(
    { port: first.port, redirectHost: "localhost", onRequest: () => undefined },
    clock,
  );
  await assert.rejects(again, (error) => {
    assert.ok(isFailure(error, "LOCAL_PORT_TAKEN"));
    assert.match(error.message, new RegExp(`\\b${first.port}\\b`));
    return true;
  });
});

test("[AUTH-9] a port taken on ::1 alone is taken, and 127.0.0.1 is let go", async (t) => {
  if (needed(t, "IPv6", hasSix || undefined) === undefined) return;
  const six = await listen(() => undefined, { redirectHost: "[::1]" });
  const pair = callbackServer.listen(
    { port: six.port, redirectHost: "localhost", onRequest: () => undefined },
    clock,
  );
  await assert.rejects(pair, (error) => isFailure(error, "LOCAL_PORT_TAKEN"));
  const four = await listen(({ respond }) => respond(200, "free"), {
    port: six.port,
    redirectHost: "127.0.0.1",
  });
  assert.equal(four.port, six.port);
});

test("[AUTH-8] closing frees the port at once, though browsers hold connections open", async () => {
  const listener = await listen(() => undefined);
  const idle = await dial(listener.port);
  const ended = new Promise((done) => idle.once("close", done));
  idle.resume();
  await listener.close();
  const again = await listen(() => undefined, { port: listener.port });
  assert.equal(again.port, listener.port);
  await ended;
  await listener.close();
});

test("[AUTH-8] an answer that is being written is finished by close, one still to come may be given after it", async () => {
  let answerLate: (() => void) | undefined;
  const arrived = new Promise<void>((resolve) => {
    void listen(({ url, respond }) => {
      if (url.pathname === "/late") answerLate = () => respond(200, "late");
      else respond(200, "x".repeat(2_000_000));
      if (url.pathname === "/late") resolve();
    }).then((listener) => {
      late = ask({ port: listener.port, host: "127.0.0.1", path: "/late" });
    });
  });
  let late: Promise<Got> | undefined;
  await arrived;
  const [listener] = open;
  assert.ok(listener !== undefined && late !== undefined);
  const large = new Promise<IncomingMessage>((resolve) => {
    get({ port: listener.port, host: "127.0.0.1", agent: false }, resolve);
  });
  const answer = await large;
  const read = answer.toArray();
  await listener.close();
  assert.equal(Buffer.concat(await read).length, 2_000_000);
  answerLate?.();
  assert.equal((await late).body, "late");
});
