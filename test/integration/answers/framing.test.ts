// What an answer is wrapped in: the end of a stream, the type of a body.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { event, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { eventsOf } from "../../support/remotes/faults.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));
const idOf = ({ json }: Exchange): unknown => (json as { id?: unknown }).id ?? null;
const answer = (id: unknown): Json => ({ jsonrpc: "2.0", id, result: { content: [], here: "it is" } });

type Wrap = (message: Json) => string;
const text = JSON.stringify;

/** Ends of streams whose last event is a whole message. */
const WHOLE: Readonly<Record<string, Wrap>> = {
  "the empty line": (message) => event(message),
  "one line end": (message) => `data: ${text(message)}\n`,
  "one CR LF": (message) => `data: ${text(message)}\r\n`,
  "one CR": (message) => `data: ${text(message)}\r`,
  "no line end": (message) => `data: ${text(message)}`,
  "no line end, and no blank": (message) => `data:${text(message)}`,
  "no line end, of a named event": (message) => `event: message\ndata: ${text(message)}`,
  "no line end, with an id": (message) => `id: 7\ndata: ${text(message)}`,
  "the id last": (message) => `data: ${text(message)}\nid: 7`,
  "a comment begun": (message) => `data: ${text(message)}\n: keep`,
  "no line end, in several lines": (message) =>
    text(message, null, 1)
      .split("\n")
      .map((line) => `data: ${line}`)
      .join("\n"),
  "no line end, after another event": (message) =>
    `${event({ jsonrpc: "2.0", method: "notifications/progress", params: {} })}data: ${text(message)}`,
  "no line end, in a batch": (message) => `data: ${text([message])}`,
};

for (const [name, wrap] of Object.entries(WHOLE)) {
  for (const end of ["end", "break"] as const) {
    test(`[NET-1] a stream that ends with ${name} (${end}) has brought its answer`, async () => {
      const { host, remote } = await start();
      remote.withoutStream = true;
      await host.open();
      remote.fail("tools/call", async (exchange, normally) => {
        await normally();
        return eventsOf(wrap(answer(idOf(exchange))), end);
      });
      const { json } = await host.request("tools/call", { name: "count" });
      assert.equal(json.result?.here, "it is");
      assert.deepEqual(remote.carriedOut, ["count"]);
    });
  }
}

/** Ends of streams that are not. */
const CUT: Readonly<Record<string, Wrap>> = {
  "a message cut in its middle": (message) => `data: ${text(message).slice(0, -20)}`,
  "a message without its last brace": (message) => `data: ${text(message).slice(0, -1)}`,
  "a message without its last brace, and a line end": (message) => `data: ${text(message).slice(0, -1)}\n`,
  "a message of two lines without the second": (message) => `data: ${text(message).slice(0, 40)}\n`,
  "the answer to another id": (message) => `data: ${text({ ...message, id: "nobody-asked" })}`,
  "an event of another type": (message) => `event: other\ndata: ${text(message)}`,
  "a comment": (message) => `: ${text(message)}`,
  "a field of another name": (message) => `date: ${text(message)}`,
  "two messages in one event": (message) => `data: ${text(message)}\ndata: ${text(message)}`,
  "an answer that is there twice": (message) => `data: ${text(message).slice(0, -1)},"result":{}}`,
};

for (const [name, wrap] of Object.entries(CUT)) {
  test(`[NET-4][LIFE-6] a stream that ends with ${name} has brought none`, async () => {
    const { host, remote } = await start();
    remote.withoutStream = true;
    await host.open();
    remote.fail("tools/call", async (exchange, normally) => {
      await normally();
      return eventsOf(wrap(answer(idOf(exchange))));
    });
    const { json } = await host.request("tools/call", { name: "count" });
    assert.match(String(json.error?.data?.code), /REMOTE_NO_ANSWER|REMOTE_BAD_ANSWER/);
    assert.deepEqual(remote.carriedOut, ["count"]);
    assert.equal(host.lines.filter(({ text }) => text.includes('"here"')).length, 0);
  });
}

const NEWS = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "news" } };

for (const [name, last, isTaken] of [
  ["whole", `id: e2\ndata: ${text(NEWS)}`, true],
  ["cut off", `id: e2\ndata: ${text(NEWS).slice(0, -3)}`, false],
] as const) {
  test(`[NET-4] the last event of the remote's own stream, ${name}, ${isTaken ? "is taken once" : "is asked for again"}`, async () => {
    const { host, remote } = await start();
    remote.fail("GET", () => eventsOf(`id: e1\nretry: 1\ndata:\n\n${last}`));
    await host.open();
    await remote.streaming();
    assert.equal(remote.received("GET").at(-1)?.headers["last-event-id"], isTaken ? "e2" : "e1");
    const news = host.lines.filter(({ json }) => json.method === "notifications/message");
    assert.equal(news.length, isTaken ? 1 : 0);
  });
}

/** Undefined: the header is not there. */
const TYPES = [
  undefined,
  "",
  "application/json",
  "application/json; charset=utf-8",
  "application/json, text/event-stream",
  "application/vnd.mcp+json",
  "application/vnd.mcp",
  "application/json-rpc",
  "application/x-json",
  "application/octet-stream",
  "binary/octet-stream",
  "text/plain",
  "text/plain; charset=ISO-8859-1",
  "text/json",
  "text/event-stream",
  "text/javascript",
  "*/*",
  "nonsense",
];
const typed = (type: string | undefined) => (type === undefined ? {} : { headers: { "content-type": type } });

for (const type of TYPES) {
  test(`[NET-1] an answer of the type ${type ?? "that nobody names"} is an answer`, async () => {
    const { host, remote } = await start();
    const retyped = async (_: Exchange, normally: () => Promise<Answer>): Promise<Answer> => {
      const { body, headers } = await normally();
      return { body: `\n ${text(body)}`, headers: { ...headers, ...typed(type).headers } };
    };
    remote.fail("initialize", retyped);
    remote.fail("tools/call", retyped);
    remote.fail("tools/call", async (...given) => ({ ...(await retyped(...given)), status: 202 }));
    const refusal = (exchange: Exchange): Answer => ({
      status: 422,
      body: text(rpcError(idOf(exchange), -32602, "no such thing")),
      ...typed(type),
    });
    remote.fail("prompts/get", refusal);
    assert.ok((await host.open()).json.result);
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
    const { error } = (await host.request("prompts/get", { name: "p" })).json;
    assert.deepEqual(error, { code: -32602, message: "no such thing" });
    assert.equal(remote.received("initialize").length, 1);
  });
}

for (const type of TYPES) {
  test(`[NET-1] events of the type ${type ?? "that nobody names"} are events`, async () => {
    const { host, remote } = await start();
    await host.open();
    for (const begin of ["", ": hello\n\n", "\n\n", "\ufeff", "event: message\n", "id: 1\n", "retry: 10\n"]) {
      remote.fail("tools/call", async (_, normally) => {
        const { body } = await normally();
        return { body: `${begin}data: ${text(body)}\n\n`, headers: { "content-type": type ?? "" } };
      });
      const { json } = await host.request("tools/call", { name: "count" });
      // What is called JSON has to be that.
      const isCalledJson = /^application\/(json[;,]|json$|.*\+json)/.test(type ?? "");
      assert.equal(json.result !== undefined, !isCalledJson, `${begin}${json.error?.message}`);
    }
  });
}

/** Bodies of a success that is no answer. */
const FOREIGN: Readonly<Record<string, Answer>> = {
  "a page": { headers: { "content-type": "text/html" }, body: "<html>Hello</html>" },
  "a page that holds an answer": {
    headers: { "content-type": "text/html; charset=utf-8" },
    body: text(answer("call")),
  },
  "a page of XHTML": { headers: { "content-type": "application/xhtml+xml" }, body: text(answer("call")) },
  "plain words": { headers: { "content-type": "text/plain" }, body: "OK" },
  bytes: { headers: { "content-type": "application/octet-stream" }, body: Buffer.from([1, 2, 3, 0xff]) },
  "JSON of another kind": { headers: { "content-type": "text/plain" }, body: '{"status":"ok"}' },
  "half an answer": { headers: { "content-type": "text/plain" }, body: text(answer("call")).slice(0, -2) },
  "words without end": {
    take(_request, response) {
      response.writeHead(200, { "content-type": "text/plain" });
      response.write("  hello");
    },
  },
};

for (const [name, foreign] of Object.entries(FOREIGN)) {
  test(`[NET-1] ${name} is no answer`, async () => {
    const { host, remote } = await start();
    await host.open();
    remote.fail("tools/call", () => foreign);
    const { json } = await host.request("tools/call", { name: "count" }, "call");
    assert.equal(json.error?.data?.code, "REMOTE_NOT_MCP");
    assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  });
}

test("[LIFE-6] of two answers in one body without a type the first counts", async () => {
  const { host, remote } = await start();
  await host.open();
  const second = { jsonrpc: "2.0", id: "call", result: { second: true } };
  remote.fail("tools/call", () => ({
    headers: { "content-type": "text/plain" },
    body: text([answer("call"), second, answer("other")]),
  }));
  assert.equal((await host.request("tools/call", { name: "count" }, "call")).json.result?.here, "it is");
  await host.request("ping");
  await turn();
  assert.equal(host.lines.filter(({ json }) => json.id === "call").length, 1);
  assert.equal(host.lines.filter(({ json }) => json.id === "other").length, 0);
});
