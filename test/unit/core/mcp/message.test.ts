import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, readMessage, sameAsDouble, withId } from "../../../../src/core/mcp/message.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";

const read = (text: string | Buffer) => readMessage(Buffer.from(text));

function single(text: string | Buffer): Message {
  const found = readMessage(Buffer.isBuffer(text) ? text : Buffer.from(text));
  assert.ok(found.kind !== "batch" && found.kind !== "unreadable", `unreadable: ${text}`);
  return found;
}

function idOf(text: string) {
  const found = single(`{"jsonrpc":"2.0","id":${text},"method":"ping"}`);
  assert.equal(found.kind, "request");
  return found.kind === "request" ? found.id : undefined;
}

test("[LIFE-6] ids are kept as they were written", () => {
  const written = [
    "0",
    '""',
    "-1",
    "1.0",
    "1e3",
    "12345678901234567890",
    '"a\\u0062"',
    "1.5",
    "null",
    '"ü€😀"',
  ];
  for (const raw of written) assert.equal(idOf(raw)?.raw, raw);
});

test("[LIFE-6] ids are compared by value: exactly for integers, never across types", () => {
  const same = [
    ["1", "1.0"],
    ["100", "1e2"],
    ["0", "-0"],
    ['"ab"', '"a\\u0062"'],
    ["1.50", "1.5"],
  ];
  for (const [a = "", b = ""] of same) assert.equal(idOf(a)?.key, idOf(b)?.key, `${a} ${b}`);
  const different = [
    ["1", '"1"'],
    ["12345678901234567890", "12345678901234567891"],
    ['""', "0"],
    ["null", '"null"'],
  ];
  for (const [a = "", b = ""] of different) assert.notEqual(idOf(a)?.key, idOf(b)?.key, `${a} ${b}`);
});

test("kinds: request, notification, response, error response", () => {
  assert.equal(single('{"id":1,"method":"m","jsonrpc":"2.0"}').kind, "request");
  assert.equal(single('{"jsonrpc":"2.0","method":"m"}').kind, "notification");
  assert.equal(single('{"jsonrpc":"2.0","id":1,"result":{}}').kind, "response");
  assert.equal(single('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":""}}').kind, "response");
});

test("[LIFE-5] what is no message is refused, with the id where it is certain", () => {
  const cases: [text: string | Buffer, rpcCode: number, id: string | undefined][] = [
    ["garbage", -32700, undefined],
    ['{"jsonrpc":"2.0","id":1,"method":"m"', -32700, undefined],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), -32700, undefined],
    ["[]", -32600, undefined],
    ["7", -32600, undefined],
    ['{"id":1,"method":"m"}', -32600, "1"],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":4,"method":5}', -32600, "4"],
    ['{"jsonrpc":"2.0","id":4}', -32600, "4"],
    ['{"jsonrpc":"2.0","id":4,"result":7}', -32600, "4"],
    ['{"jsonrpc":"2.0","id":4,"error":{"code":"x","message":"m"}}', -32600, "4"],
    ['{"jsonrpc":"2.0"}', -32600, undefined],
  ];
  for (const [text, rpcCode, id] of cases) {
    const found = readMessage(Buffer.isBuffer(text) ? text : Buffer.from(text));
    assert.equal(found.kind, "unreadable", String(text));
    if (found.kind !== "unreadable") continue;
    assert.deepEqual([found.rpcCode, found.id?.raw], [rpcCode, id], String(text));
  }
});

test("a message that two readers could read differently is refused", () => {
  const refused = [
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"\\u0069d":2,"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
    '{"jsonrpc":"2.0","id":1,"method":"m","params":{},"para\\u006ds":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","n\\u0061me":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a","uri":"b"}}',
    '{"jsonrpc":"2.0","id":1,"id":1,"result":{}}',
  ];
  for (const text of refused) assert.equal(read(text).kind, "unreadable", text);
  const fine = [
    '{"jsonrpc":"2.0","id":1,"method":"m","extra":{"id":1,"id":2},"params":{"arguments":{"name":1,"name":2}}}',
    '{"jsonrpc":"2.0","id":1,"method":"m","x":1,"x":2,"params":["name","name"]}',
    '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":"\\\\\\"name\\":","name":"x"}}',
  ];
  for (const text of fine) assert.equal(single(text).kind, "request", text);
});

test("bytes stay the same memory; only a BOM and line ends between tokens go", () => {
  const text = Buffer.from('{ "jsonrpc":"2.0", "id" : 1,\t"method":"m","big":12345678901234567890 }');
  assert.equal(single(text).bytes, text);
  const framed = single('\ufeff{\r\n"jsonrpc":"2.0",\n"id":1,"method":"ü"}\r\n');
  assert.equal(framed.bytes.toString(), '{  "jsonrpc":"2.0", "id":1,"method":"ü"}  ');
  assert.equal(framed.kind === "request" && framed.id.raw, "1");
});

test("a line end inside a string is not JSON", () => {
  assert.equal(read('{"jsonrpc":"2.0","method":"a\nb"}').kind, "unreadable");
});

test("a batch is split with the bytes of each member", () => {
  const response = '{"jsonrpc":"2.0","id":2,"result":{"x":[1,[2]]}}';
  const found = read(`[ {"jsonrpc":"2.0","id":"a,]","method":"m"} ,7,${response}]`);
  assert.equal(found.kind, "batch");
  if (found.kind !== "batch") return;
  assert.deepEqual(
    found.members.map((member) => member.kind),
    ["request", "unreadable", "response"],
  );
  const last = found.members[2];
  assert.equal(last?.kind === "response" && last.bytes.toString(), response);
});

test("the id of what is cancelled keeps its type", () => {
  const found = single('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}');
  assert.equal(found.kind === "notification" && found.requestId?.key, "s7");
});

test("an id that a remote rounded is recognised and put right without touching the rest", () => {
  const asked = idOf("12345678901234567890");
  const answer = single('{"result":{"id":1}, "id": 12345678901234567000 ,"jsonrpc":"2.0"}');
  assert.ok(asked && answer.kind === "response");
  assert.ok(sameAsDouble(asked, answer.id));
  assert.equal(
    withId(answer, asked).toString(),
    '{"result":{"id":1}, "id": 12345678901234567890 ,"jsonrpc":"2.0"}',
  );
});

test("[LIFE-5] a string of 64 MiB with escapes is read in time", () => {
  const big = `${"x".repeat(1 << 20)}\\"\\\\`.repeat(64);
  const started = cpuTimeMs();
  const found = single(
    `{"jsonrpc":"2.0","params":{"text":"${big}","name":"n"},"id":9,"method":"tools/call"}`,
  );
  assert.equal(found.kind === "request" && found.id.raw, "9");
  assert.ok(cpuTimeMs() - started < 5_000);
});
