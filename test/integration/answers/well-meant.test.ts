// Answers of a shape that JSON-RPC does not have, by which it is clear all the same what is meant.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";
import { eventsOf } from "../../support/remotes/faults.ts";
import type { Answer, Exchange } from "../../support/remotes/scripted-server.ts";

const start = bridgeScenes();
const idOf = ({ json }: Exchange): string => JSON.stringify((json as { id?: unknown }).id ?? null);

/** A JSON-RPC answer, written as JSON or as an event. */
const WRITTEN: Readonly<Record<string, (body: string, status?: number) => Answer>> = {
  JSON: (body, status = 200) => ({ status, headers: { "content-type": "application/json" }, body }),
  "an event": (body) => eventsOf(`data: ${body}\n\n`),
};

/** Members beside `jsonrpc` and the right id. */
const SHAPES = [
  '"result":{"content":[]},"error":null',
  '"error":null,"result":{"content":[]}',
  '"result":null',
  '"result":null,"error":null',
  '"result":"done"',
  '"result":[]',
  '"result":true',
  '"result":0',
  '"error":null',
  '"error":"it is broken"',
  '"error":""',
  '"error":42',
  '"error":false',
  '"error":["it","is"]',
  '"error":{}',
  '"error":{"message":"no code"}',
  '"error":{"code":-32000}',
  '"error":{"code":"E_BROKEN","message":"a code in words"}',
  '"error":{"code":1.5,"message":"half a code"}',
  '"error":{"code":-1,"message":{"text":"no string"}}',
  '"error":{"code":-1,"message":"m","data":null},"result":null',
];

for (const members of SHAPES) {
  for (const [name, written] of Object.entries(WRITTEN)) {
    test(`[LIFE-6] ${members} in ${name} reaches the host as it is`, async () => {
      const { host, remote } = await start();
      await host.open();
      const body = `{"jsonrpc":"2.0","id":"call",${members}}`;
      remote.fail("tools/call", () => written(body));
      assert.equal((await host.request("tools/call", { name: "count" }, "call")).text, body);
      assert.ok((await host.request("tools/call", { name: "count" })).json.result);
      assert.equal(remote.received("initialize").length, 1);
    });
  }
}

/** Whose answer it is, or what it says, is not clear. */
const UNCLEAR: Readonly<Record<string, string>> = {
  "another id": '"id":"other","result":null',
  "another id, and an error": '"id":"other","error":"no"',
  "no id": '"result":{"content":[]}',
  "null for an id": '"id":null,"result":{"content":[]}',
  "an object for an id": '"id":{},"error":"no"',
  "neither result nor error": '"id":"call"',
  "two results": '"id":"call","result":null,"result":{}',
  "a method as well": '"id":"call","method":"tools/call","error":"no"',
};

for (const [name, members] of Object.entries(UNCLEAR)) {
  test(`[LIFE-6] ${name}: no answer, and a failure in its place`, async () => {
    for (const written of Object.values(WRITTEN)) {
      const { host, remote } = await start();
      remote.withoutStream = true;
      await host.open();
      remote.fail("tools/call", () => written(`{"jsonrpc":"2.0",${members}}`));
      const { error } = (await host.request("tools/call", { name: "count" }, "call")).json;
      assert.match(String(error?.data?.code), /REMOTE_BAD_ANSWER|REMOTE_NO_ANSWER/);
      assert.equal(host.lines.filter(({ json }) => json.id !== "call").length, 1, "the handshake alone");
    }
  });
}

/** Errors without the id of a request, as they are written and as the host gets them. */
const NAMELESS: Readonly<Record<string, readonly [written: string, read: string]>> = {
  null: [
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"Internal error"}}',
    '{"jsonrpc":"2.0","id":"call","error":{"code":-32603,"message":"Internal error"}}',
  ],
  "null, last": [
    '{"error":{"code":-32700,"message":"Parse error","data":{"at":7}},"jsonrpc":"2.0", "id" : null }',
    '{"error":{"code":-32700,"message":"Parse error","data":{"at":7}},"jsonrpc":"2.0", "id" : "call" }',
  ],
  none: [
    '{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"}}',
    '{"id":"call","jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"}}',
  ],
  "none, behind blanks": [
    ' { "error":{"code":1,"message":"m"}, "jsonrpc":"2.0"}',
    ' {"id":"call", "error":{"code":1,"message":"m"}, "jsonrpc":"2.0"}',
  ],
  "null, and an error in words": [
    '{"jsonrpc":"2.0","id":null,"error":"out of order"}',
    '{"jsonrpc":"2.0","id":"call","error":"out of order"}',
  ],
  "null, and an error without a code": [
    '{"jsonrpc":"2.0","id":null,"error":{"message":"out of order"}}',
    '{"jsonrpc":"2.0","id":"call","error":{"message":"out of order"}}',
  ],
  "null, and a result that is null": [
    '{"jsonrpc":"2.0","id":null,"result":null,"error":{"code":-1,"message":"m"}}',
    '{"jsonrpc":"2.0","id":"call","result":null,"error":{"code":-1,"message":"m"}}',
  ],
};

for (const [name, [body, read]] of Object.entries(NAMELESS)) {
  for (const status of [200, 400, 422, 500]) {
    test(`[LIFE-6] an error of the id ${name} in a ${status} answers the only request of its POST`, async () => {
      for (const written of status === 200 ? Object.values(WRITTEN) : [WRITTEN.JSON]) {
        const { host, remote } = await start();
        await host.open();
        remote.fail("tools/call", () => written?.(body, status) ?? {});
        const line = await host.request("tools/call", { name: "count" }, "call");
        assert.equal(line.text.trim(), read.trim());
        assert.equal(remote.received("initialize").length, 1);
      }
    });
  }
}

test("[LIFE-6] an error without an id answers no request of a batch, and none that another POST carried", async () => {
  const { host, remote } = await start();
  await host.request("initialize", { protocolVersion: "2025-03-26", capabilities: {} });
  host.send({ method: "notifications/initialized" });
  await remote.streaming();
  const error = { code: -32603, message: "whose?" };
  remote.fail("batch", () => ({ body: { jsonrpc: "2.0", id: null, error } }));
  const call = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "count" } });
  host.write(JSON.stringify([call(1), call(2)]));
  for (const id of [1, 2])
    assert.equal((await host.answer(id)).json.error?.data?.code, "REMOTE_NO_ANSWER", String(id));
  let end = (): void => undefined;
  const ended = new Promise<void>((done) => {
    end = done;
  });
  remote.fail("tools/call", async (_, normally) => {
    await ended;
    return normally();
  });
  const slow = host.request("tools/call", { name: "count" }, "slow");
  while (remote.received("tools/call").length < 1) await new Promise((done) => setImmediate(done));
  remote.push({ jsonrpc: "2.0", id: null, error });
  remote.fail("tools/list", ({ json }) => ({
    body: [
      { jsonrpc: "2.0", id: (json as { id: unknown }).id, result: { tools: [] } },
      { jsonrpc: "2.0", id: null, error },
    ],
  }));
  assert.ok((await host.request("tools/list")).json.result);
  assert.ok(!host.lines.some(({ json }) => json.id === "slow"));
  end();
  await slow;
});

const CAPABLE =
  '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"n","version":"1"}}';

for (const [name, members, opens] of [
  ["error: null beside a result", `"result":${CAPABLE},"error":null`, true],
  ["result: null", '"result":null', false],
  ["an error in words", '"error":"not today"', false],
  ["error: null alone", '"error":null', false],
] as const) {
  test(`[LIFE-6] ${name} as the answer to a handshake ${opens ? "opens" : "does not open"} the session`, async () => {
    const { host, remote } = await start();
    remote.fail("initialize", async (exchange, normally) => {
      const { headers = {} } = await normally();
      const body = `{"jsonrpc":"2.0","id":${idOf(exchange)},${members}}`;
      return { headers: { ...headers, "content-type": "application/json" }, body };
    });
    const answer = await host.open();
    assert.equal(answer.json.result?.protocolVersion, opens ? "2025-11-25" : undefined);
    assert.ok(answer.text.endsWith(`${members}}`), answer.text);
    assert.ok((await host.request("tools/list")).json.result);
    assert.equal(remote.received("initialize").length, opens ? 1 : 2);
  });
}

for (const members of [
  '"result":null',
  '"result":{"tools":[]},"error":null',
  '"error":"no list"',
  '"result":[]',
]) {
  test(`[LIFE-6] ${members} as a list reaches the host, and is remembered where it is one`, async () => {
    for (const ignore of [[], ["count"]]) {
      const { host, remote } = await start({ session: { tools: { ignore, readOnly: false } } });
      await host.open();
      const body = `{"jsonrpc":"2.0","id":"list",${members}}`;
      remote.fail("tools/list", () => WRITTEN.JSON?.(body) ?? {});
      assert.equal((await host.request("tools/list", undefined, "list")).text, body);
      assert.ok((await host.request("tools/call", { name: "echo" })).json.result);
    }
  });
}
