// Headers that mirror a request (2026-07-28, transports/streamable-http).
import assert from "node:assert/strict";
import { test } from "node:test";
import { headerValue, standardHeaders } from "../../../../src/bridge/era/mirrored-headers.ts";
import { paramHeadersOf, paramHeaderValues } from "../../../../src/bridge/era/param-headers.ts";
import { requestOf } from "../../../support/eras/dialogue-scene.ts";

const ENCODED: readonly [text: string, value: string][] = [
  ["us-west1", "us-west1"],
  ["us west 1", "us west 1"],
  ["", ""],
  ["Hello, \u4e16\u754c", "=?base64?SGVsbG8sIOS4lueVjA==?="],
  [" padded ", "=?base64?IHBhZGRlZCA=?="],
  ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
  ["\tindented", "=?base64?CWluZGVudGVk?="],
  ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
];
for (const [text, value] of ENCODED)
  test(`[ERA-3][ERA-4] ${JSON.stringify(text)} travels as ${value}`, () => {
    assert.equal(headerValue(text), value);
  });

const NAMES: readonly [method: string, params: object, name: string | undefined][] = [
  ["tools/call", { name: "a", uri: "b", taskId: "c" }, "a"],
  ["prompts/get", { name: "\u00e9" }, "=?base64?w6k=?="],
  ["resources/read", { name: "a", uri: "b" }, "b"],
  ["tasks/get", { name: "a", taskId: "c" }, "c"],
  ["tasks/update", { taskId: "\u00e9", inputResponses: {} }, "=?base64?w6k=?="],
  ["tasks/cancel", { taskId: "c" }, "c"],
  ["tasks/get", { taskId: 7 }, undefined],
  ["tasks/list", { taskId: "c" }, undefined],
  ["tools/list", { name: "a" }, undefined],
];
for (const [method, params, name] of NAMES)
  test(`[ERA-3] ${method} with ${JSON.stringify(params)} goes with the name ${name}`, () => {
    const headers = standardHeaders(requestOf({ jsonrpc: "2.0", id: 1, method, params }));
    assert.deepEqual([headers["mcp-method"], headers["mcp-name"]], [method, name]);
  });

const property = (annotation: unknown, more: object = { type: "string" }) => ({
  type: "object",
  properties: { p: { ...more, "x-mcp-header": annotation } },
});
const REJECTED: readonly [what: string, schema: unknown][] = [
  ["an empty name", property("")],
  ["a name with a blank", property("My Region")],
  ["a name with a colon", property("Region:Primary")],
  ["a name that is not ASCII", property("R\u00e9gion")],
  ["a name with a line end", property("a\nb")],
  ["a name that is no text", property(7)],
  ["an object", property("A", { type: "object" })],
  ["a number", property("A", { type: "number" })],
  ["a parameter without a type", property("A", {})],
  [
    "two parameters with one header",
    {
      properties: {
        a: { type: "string", "x-mcp-header": "Region" },
        b: { type: "string", "x-mcp-header": "region" },
      },
    },
  ],
  ["a place in an array", { properties: { a: { type: "array", items: property("A") } } }],
  ["a place in a choice", { anyOf: [property("A")] }],
  ["a place in a definition", { $defs: { a: { type: "string", "x-mcp-header": "A" } } }],
];
for (const [what, schema] of REJECTED)
  test(`[ERA-4] a tool is rejected for ${what}`, () => {
    assert.equal(typeof paramHeadersOf(schema), "string");
  });

test("[ERA-4] values are taken from their exact place, and nothing is sent for what is not there", () => {
  const schema = {
    type: "object",
    default: { "x-mcp-header": 1 },
    properties: {
      "x-mcp-header": { type: "string" },
      region: { type: "string", "x-mcp-header": "Region" },
      inner: { type: "object", properties: { deep: { type: "integer", "x-mcp-header": "Deep" } } },
      flag: { type: "boolean", "x-mcp-header": "Flag" },
      none: { type: "string", "x-mcp-header": "None" },
    },
  };
  const headers = paramHeadersOf(schema);
  assert.ok(typeof headers !== "string");
  assert.deepEqual(
    paramHeaderValues(headers, { region: "r", inner: { deep: -7 }, flag: false, none: null }),
    {
      "mcp-param-region": "r",
      "mcp-param-deep": "-7",
      "mcp-param-flag": "false",
    },
  );
  assert.deepEqual(paramHeaderValues(headers, undefined), {});
});
