// What goes in comes out: bytes, not what a parser makes of them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type StdioHost, startHost } from "../support/hosts/stdio-host.ts";
import { type Exchange, ScriptedServer } from "../support/remotes/scripted-server.ts";

/** Members nobody knows, numbers no double holds, odd order, escapes, blanks. */
const ODD = String.raw`{ "zeta":1,  "id":ID, "result":{"big":123456789012345678901234567890, "tiny":1e-999,"text":"\u00e9é\/","nested":{"__proto__":{"x":1}}}, "jsonrpc":"2.0", "unknown":[null,true] }`;
const MIB = 1_048_576;

let remote: ScriptedServer;
let host: StdioHost;

function answer(exchange: Exchange): { status?: number; headers?: Record<string, string>; body?: string } {
  if (exchange.method !== "POST") return { status: 405 };
  const message = exchange.json as { id?: unknown; method?: string };
  const id = /"id":\s*("[^"]*"|[\d.eE+-]+)/.exec(exchange.body)?.[1] ?? "null";
  const json = { "content-type": "application/json" };
  if (message.id === undefined) return { status: 202 };
  if (message.method === "initialize")
    return {
      headers: { ...json, "mcp-session-id": "one" },
      body: `{"jsonrpc":"2.0","id":${id},"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"bytes","version":"1"}}}`,
    };
  if (message.method === "large")
    return {
      headers: json,
      body: `{"jsonrpc":"2.0","id":${id},"result":{"bytes":${Buffer.byteLength(exchange.body)}}}`,
    };
  if (message.method === "huge")
    return { headers: json, body: `{"jsonrpc":"2.0","id":${id},"result":{"x":"${"y".repeat(64 * MIB)}"}}` };
  if (message.method === "stream")
    return {
      headers: { "content-type": "text/event-stream" },
      body: `: hello\n\nevent: message\ndata: ${ODD.replace("ID", id)}\n\n`,
    };
  return { headers: json, body: ODD.replace("ID", id) };
}

before(async () => {
  remote = new ScriptedServer({ route: () => "mcp", answer });
  await remote.listen();
  host = startHost({ args: [`${remote.origin}/mcp`] });
  await host.initialize();
});
after(async () => {
  await host.close();
  await remote.close();
});

/** Sends a line, gives the line that answers it. */
async function exchange(line: string, id: string | number): Promise<string> {
  host.send(line);
  await host.answer(id, 60_000);
  const text = `"id":${JSON.stringify(id)},`;
  return host.lines.find((each) => each.includes(text)) ?? "";
}

describe("messages pass unchanged", { timeout: 90_000 }, () => {
  test("[ERA-7] [LIFE-6] a request reaches the remote byte for byte, its answer the host", async () => {
    const line = ODD.replace("ID", "0").replace('"result":', '"method":"odd","params":');
    const answered = await exchange(line, 0);
    const sent = remote.ledger.findLast(({ method }) => method === "POST");
    assert.equal(sent?.body.trim(), line);
    assert.equal(answered, ODD.replace("ID", "0"));
  });

  for (const id of ['""', "9007199254740993", "1.5e3"])
    test(`[LIFE-6] id ${id} is kept as written`, async () => {
      host.send(`{"jsonrpc":"2.0","id":${id},"method":"odd"}`);
      await host.message(
        () => host.lines.some((line) => line.includes(`"id":${id},`)),
        `answer with id ${id}`,
      );
      assert.ok(host.lines.includes(ODD.replace("ID", id)));
    });

  test("[NET-1] an answer on an event stream arrives as it was written", async () => {
    const answered = await exchange('{"jsonrpc":"2.0","id":"s","method":"stream"}', "s");
    assert.equal(answered, ODD.replace("ID", '"s"'));
  });

  test("[LIFE-5] a line of 64 MiB reaches the remote, and one comes back", async () => {
    const line = `{"jsonrpc":"2.0","id":"l","method":"large","params":{"x":"${"x".repeat(64 * MIB)}"}}`;
    const large = JSON.parse(await exchange(line, "l"));
    assert.equal(large.result.bytes, line.length);
    const huge = await exchange('{"jsonrpc":"2.0","id":"h","method":"huge"}', "h");
    assert.equal(huge.length, '{"jsonrpc":"2.0","id":"h","result":{"x":""}}'.length + 64 * MIB);
  });
});
