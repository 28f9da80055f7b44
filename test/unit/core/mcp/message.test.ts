import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Message,
  readLargeMessage,
  readMessage,
  sameAsDouble,
  withId,
} from "../../../../src/core/mcp/message.ts";
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
    ['{"jsonrpc":"2.0","result":{}}', -32600, undefined],
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

test("[LIFE-6] a message of which some readers see another in another spelling is refused", () => {
  const refused = [
    '{"jsonrpc":"2.0","id":1,"ID":2,"method":"m"}',
    '{"jsonrpc":"2.0","ID":1,"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"Method":"m","result":{}}',
    '{"jsonrpc":"2.0","id":1,"method\\u0000":"a","result":{}}',
    '{"jsonrpc":"2.0","id":1,"re\u017fult":{},"error":{"code":1,"message":""}}',
    '{"jsonrpc":"2.0","id":1,"re\\u017fult":{},"result":{}}',
    '{"jsonrpc":"2.0","JsonRpc":"1.0","id":1,"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"NAME":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"own/method","params":{"name":"a","name\\u0000x":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"Uri":"b"}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"requestID":2}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestid":2}}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"Code":2,"message":""}}',
  ];
  for (const text of refused) {
    const found = read(text);
    assert.equal(found.kind, "unreadable", text);
    if (found.kind === "unreadable") assert.match(found.reason, /some readers take for/, text);
  }
  const fine = [
    '{"jsonrpc":"2.0","id":1,"method":"own/method","params":{"Name":"b"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"Name":1,"name":2}}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","named":1,"na\\u006d":2,"n\u00e4me":3}}',
  ];
  for (const text of fine) assert.equal(single(text).kind, "request", text);
});

test("[LIFE-10] of a large message only single members are read, of a larger one nothing but where it lies", () => {
  const values = (count: number) => `[${"1,".repeat(count)}1]`;
  const answer = (result: string) => single(`{"jsonrpc":"2.0","id":1,"result":${result}}`).value;
  assert.ok(answer(`{"a":${values(99_000)},"b":"${"x".repeat(1 << 20)}"}`).result);
  for (const result of [`{"a":${values(150_000)}}`, `{"b":"${"x".repeat(9 << 20)}"}`]) {
    const value = answer(result);
    assert.deepEqual([value.result, value.isResultTooLarge, value.error], [undefined, true, undefined]);
  }
  const { value } = single(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"n\\u0061","arguments":${values(150_000)},"cursor":"c","uri":7}}`,
  );
  assert.deepEqual([value.param("name"), value.param("uri"), value.param("cursor")], ["na", undefined, "c"]);
  assert.deepEqual(value.params, { name: "na", uri: 7, cursor: "c" });
  const failed = single(
    `{"jsonrpc":"2.0","id":1,"error":{"code":-1.0,"message":"m","data":${values(150_000)}}}`,
  );
  assert.deepEqual(failed.value.error, { code: -1, message: "m" });
});

test("[LIFE-10] names, ids and batches have limits of their own", () => {
  const long = `"${"x".repeat(65 << 10)}"`;
  const texts = [
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${long}}}`,
    `{"jsonrpc":"2.0","id":${long},"method":"ping"}`,
    `{"jsonrpc":"2.0","id":1,"method":${long}}`,
    `[${"{},".repeat(1_000)}{}]`,
    `{"jsonrpc":"2.0","method":"m","params":${"[".repeat(10_001)}${"]".repeat(10_001)}}`,
  ];
  for (const text of texts) assert.equal(read(text).kind, "unreadable", text.slice(0, 80));
  const batch = read(`[${"{},".repeat(999)}{}]`);
  assert.equal(batch.kind === "batch" && batch.members.length, 1_000);
});

test("[LIFE-10] bombs of 1 KiB to 100 MB cost time and memory of their size", async () => {
  const parts = ["{}", "1e9", `${"[".repeat(500)}${"]".repeat(500)}`, '{"id":1,"\\u0049d":2}'];
  for (const part of parts) {
    const times = [];
    for (const size of [1 << 10, 1 << 20, 8 << 20, ...(part === "{}" ? [100e6] : [])]) {
      const count = Math.ceil(size / (part.length + 1));
      const list = Buffer.alloc(count * (part.length + 1), `${part},`).subarray(0, -1);
      const open = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"list":[');
      const bytes = Buffer.concat([open, list, Buffer.from("]}}")]);
      const beforeBytes = process.memoryUsage().heapUsed;
      const startedMs = cpuTimeMs();
      const found = await readLargeMessage(bytes, () => Promise.resolve());
      times.push((cpuTimeMs() - startedMs) / bytes.length);
      assert.equal(found.kind, "response", part);
      assert.ok(process.memoryUsage().heapUsed - beforeBytes < 16 << 20, `${part}: memory`);
    }
    const [, small = 0, ...large] = times;
    assert.ok(Math.max(...large) < 5 * small + 5e-5, `${part}: ms for each byte ${times}`);
  }
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
