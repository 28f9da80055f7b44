import assert from "node:assert/strict";
import dns, { type LookupAddress, type LookupOptions } from "node:dns";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import { USER_AGENT } from "../../../src/core/version.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { closeServer, listenOn, request, testClient, textOf } from "../../support/remotes/network.ts";

type LookupDone = (error: null, found: string | LookupAddress[], family?: number) => void;
type Handler = (incoming: IncomingMessage, answer: ServerResponse) => void;

let handler: Handler;
let origin = "";
const sockets = new Set<Socket>();
const server = createServer((incoming, answer) => handler(incoming, answer));
server.on("connection", (socket) => sockets.add(socket));
const client = testClient();

before(async () => {
  origin = `http://127.0.0.1:${await listenOn(server)}`;
});
beforeEach(() => {
  handler = (_, answer) => answer.end("ok");
});
after(async () => {
  client.close();
  await closeServer(server);
});

/** Awaits a failure with this code, and gives it. */
async function failing(sent: Promise<unknown>, code: FailureCode) {
  const error = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isFailure(error, code), `${code}, got ${String(error)}`);
  return error;
}

test("[DISC-13] a request says who sends it, unless it was given another name", async () => {
  const seen: (string | undefined)[] = [];
  handler = (incoming, answer) => {
    seen.push(incoming.headers["user-agent"]);
    answer.end();
  };
  for (const headers of [{}, { "user-agent": "their/1.0" }])
    await client.send(request(origin, { headers })).then(textOf);
  assert.deepEqual(seen, [USER_AGENT, "their/1.0"]);
});

test("a request arrives as it was given, byte for byte", async () => {
  const body = Buffer.alloc(3_500_000, "ä");
  const got = await new Promise<{ incoming: IncomingMessage; body: Buffer }>((resolve) => {
    handler = (incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () => {
        answer.end();
        resolve({ incoming, body: Buffer.concat(chunks) });
      });
    };
    const sent = request(`${origin}/mcp?a=1&b=%20`, { method: "POST", headers: { "x-own": "1" }, body });
    void client.send(sent).then(textOf);
  });
  assert.equal(got.incoming.url, "/mcp?a=1&b=%20");
  assert.equal(got.incoming.headers["x-own"], "1");
  assert.equal(got.incoming.headers["content-length"], String(body.length));
  assert.equal(got.incoming.headers["accept-encoding"], "identity");
  assert.equal(got.incoming.headers["transfer-encoding"], undefined);
  assert.ok(got.body.equals(body));
});

test("[DISC-2] every value of a header is there, and 64 KiB of them fit", async () => {
  const long = `Bearer x="${"y".repeat(60_000)}"`;
  handler = (_, answer) => {
    answer.writeHead(401, ["WWW-Authenticate", long, "www-authenticate", "Basic"]);
    answer.end();
  };
  const response = await client.send(request(origin));
  await textOf(response);
  assert.equal(response.status, 401);
  assert.deepEqual(response.headerValues("WWW-Authenticate"), [long, "Basic"]);
  assert.deepEqual(response.headerValues("x-none"), []);
});

test("one connection serves one request after the other, and idle ones can be dropped", async () => {
  sockets.clear();
  const own = testClient();
  for (const _ of [1, 2, 3]) await textOf(await own.send(request(origin)));
  assert.equal(sockets.size, 1);
  own.dropConnections();
  await textOf(await own.send(request(origin)));
  assert.equal(sockets.size, 2);
  own.close();
});

test("dropping idle connections leaves busy ones alone", async () => {
  let finish: (() => void) | undefined;
  handler = (_, answer) => {
    answer.write("half ");
    finish = () => answer.end("whole");
  };
  const response = await client.send(request(origin));
  client.dropConnections();
  finish?.();
  assert.equal(await textOf(response), "half whole");
});

test("nobody listens: refused, not received, host and port named", async () => {
  const closed = createServer();
  const port = await listenOn(closed);
  await closeServer(closed);
  const failure = await failing(client.send(request(`http://127.0.0.1:${port}/`)), "NETWORK_REFUSED");
  assert.equal(failure.received, "no");
  assert.match(failure.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
});

test("an unknown name is told as one", async () => {
  const failure = await failing(client.send(request("http://no-such-host.invalid:81/")), "NETWORK_DNS");
  assert.equal(failure.received, "no");
  assert.match(failure.message, /no-such-host\.invalid:81/);
});

test("[NET-3] a connection cut before the answer: the request may have been received", async () => {
  handler = (incoming) => incoming.socket.destroy();
  const failure = await failing(testClient().send(request(origin)), "NETWORK_RESET");
  assert.equal(failure.received, "maybe");
  assert.equal(failure.idleConnection, false);
});

test("[NET-3] a kept-alive connection that the other side had given up is told from a crash", async () => {
  const own = testClient();
  await textOf(await own.send(request(origin)));
  handler = (incoming) => incoming.socket.destroy();
  const failure = await failing(own.send(request(origin)), "NETWORK_RESET");
  assert.equal(failure.received, "maybe");
  assert.equal(failure.idleConnection, true);
});

test("[NET-4] a truncated body fails as a broken connection, not as an end", async () => {
  handler = (_, answer) => {
    answer.writeHead(200, { "content-length": "100" });
    answer.write("abc", () => answer.destroy());
  };
  const response = await client.send(request(origin));
  await failing(textOf(response), "NETWORK_RESET");
});

test("what is no HTTP is told as such", async () => {
  const ssh = createTcpServer((socket) => socket.resume().end("SSH-2.0-OpenSSH_9.2\r\n"));
  const port = await listenOn(ssh);
  const failure = await failing(client.send(request(`http://127.0.0.1:${port}`)), "NETWORK_RESET");
  assert.match(failure.message, /not HTTP/);
  await closeServer(ssh);
});

test("[NET-8] headers that do not come end the request after its limit, with the outcome unknown", async () => {
  const clock = manualClock();
  const arrived = new Promise<void>((resolve) => {
    handler = () => resolve();
  });
  const sent = testClient({ clock }).send(request(origin, { headersTimeoutMs: 5_000 }));
  sent.catch(() => undefined);
  await arrived;
  await clock.advance(4_999);
  await clock.advance(1);
  const failure = await failing(sent, "NETWORK_TIMEOUT");
  assert.equal(failure.received, "maybe");
  assert.match(failure.message, /within 5 s/);
});

test("[NET-8] without a limit nothing ends a request that waits", async () => {
  const clock = manualClock();
  let answerNow: (() => void) | undefined;
  const arrived = new Promise<void>((resolve) => {
    handler = (_, answer) => {
      answerNow = () => answer.end("late");
      resolve();
    };
  });
  const sent = testClient({ clock }).send(request(origin));
  await arrived;
  await clock.advance(86_400_000);
  answerNow?.();
  assert.equal(await textOf(await sent), "late");
});

test("an abort before, during and after the headers rejects with its reason", async () => {
  const reason = new Error("the host is gone");
  const early = AbortSignal.abort(reason);
  await assert.rejects(client.send(request(origin, { signal: early })), reason);

  const waiting = new AbortController();
  handler = () => waiting.abort(reason);
  await assert.rejects(client.send(request(origin, { signal: waiting.signal })), reason);

  const reading = new AbortController();
  handler = (_, answer) => answer.write("a");
  const response = await client.send(request(origin, { signal: reading.signal }));
  const read = textOf(response);
  reading.abort(reason);
  await assert.rejects(read, reason);
});

test("[NET-9] --ipv4 asks for addresses of that family only", async (t) => {
  const six = createServer((_, answer) => answer.end("six"));
  const four = createServer((_, answer) => answer.end("four"));
  t.after(() => Promise.all([closeServer(six), closeServer(four)]));
  const port = await listenOn(six, "::1");
  await new Promise<void>((done) => four.listen(port, "127.0.0.1", done));
  // A name with both, whatever this computer's own `localhost` has.
  t.mock.method(dns, "lookup", (_: string, options: LookupOptions, done: LookupDone) => {
    if (options.family === 4) done(null, "127.0.0.1", 4);
    else done(null, [{ address: "::1", family: 6 }]);
  });
  const url = `http://both.test:${port}/`;
  assert.equal(await textOf(await testClient().send(request(url))), "six");
  assert.equal(await textOf(await testClient({ network: { ipv4Only: true } }).send(request(url))), "four");
});
