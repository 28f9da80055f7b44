import assert from "node:assert/strict";
import { test } from "node:test";
import { challengesIn } from "../../../../src/bridge/sending/result-challenge.ts";
import { type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";

const BEARER = 'Bearer resource_metadata="https://a.example/prm", error="invalid_token"';
const written = JSON.stringify(BEARER);

function of(result: string, rest = ""): readonly string[] | undefined {
  const found = readMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"result":${result}${rest}}`));
  assert.equal(found.kind, "response");
  return challengesIn(found as ResponseMessage);
}

const meta = (value: string) => `{"content":[],"isError":true,"_meta":{"mcp/www_authenticate":${value}}}`;

const FOUND: Readonly<Record<string, readonly [result: string, challenges: readonly string[]]>> = {
  "a list of one": [meta(`[${written}]`), [BEARER]],
  "a list of two": [meta(`["Basic realm=\\"x\\"",${written}]`), ['Basic realm="x"', BEARER]],
  "no list": [meta(written), [BEARER]],
  "quotes of the example": [meta(JSON.stringify([`'${BEARER}'`])), [BEARER]],
  "other members of the list": [meta(`[null,7,"",{"a":1},${written}]`), [BEARER]],
  "a slash that is escaped": [meta(`[${written}]`).replace("mcp/", "mcp\\/"), [BEARER]],
  "names that are escaped": [meta(`[${written}]`).replace('"isError"', '"\\u0069sError"'), [BEARER]],
  "the error last": [
    `{"_meta":{"x":1,"mcp/www_authenticate":[${written}]},"content":[],"isError":true}`,
    [BEARER],
  ],
  blanks: [`{ "isError" : true , "_meta" : { "mcp/www_authenticate" : [ ${written} ] } }`, [BEARER]],
  "a text of 100 KB": [
    meta(`[${written}]`).replace("[]", `[{"type":"text","text":"${"x".repeat(100_000)}"}]`),
    [BEARER],
  ],
  "twenty challenges": [meta(`[${Array(20).fill('"Bearer"')}]`), Array(8).fill("Bearer")],
};

for (const [name, [result, challenges]] of Object.entries(FOUND)) {
  test(`[AUTH-15] ${name}: a challenge`, () => {
    assert.deepEqual(of(result), challenges);
  });
}

const NONE: Readonly<Record<string, string>> = {
  "a result that succeeded": meta(`[${written}]`).replace("true", "false"),
  "a result that does not say": meta(`[${written}]`).replace('"isError":true,', ""),
  "an error in words": meta(`[${written}]`).replace("true", '"true"'),
  "an error that is 1": meta(`[${written}]`).replace("true", "1"),
  "an empty list": meta("[]"),
  "an empty text": meta('" "'),
  "no text": meta("[7,null]"),
  "an object": meta(`{"0":${written}}`),
  "another name": meta(`[${written}]`).replace("mcp/", "acme/"),
  "no _meta": `{"isError":true,"mcp/www_authenticate":[${written}]}`,
  "a _meta that is a list": `{"isError":true,"_meta":["mcp/www_authenticate",${written}]}`,
  "in the content": `{"isError":true,"content":[{"type":"text","text":"x","_meta":{"mcp/www_authenticate":[${written}]}}]}`,
  "in the structured content": `{"isError":true,"structuredContent":{"_meta":{"mcp/www_authenticate":[${written}]}}}`,
  "two _meta": `{"isError":true,"_meta":{"mcp/www_authenticate":[${written}]},"_meta":{}}`,
  "two isError": `{"isError":true,"isError":false,"_meta":{"mcp/www_authenticate":[${written}]}}`,
  "another spelling of isError": `{"isError":true,"iserror":false,"_meta":{"mcp/www_authenticate":[${written}]}}`,
  "a result that is null": "null",
  "a result that is a text": '"www_authenticate"',
};

for (const [name, result] of Object.entries(NONE)) {
  test(`[AUTH-15] ${name}: no challenge`, () => {
    assert.equal(of(result), undefined);
  });
}

test("[AUTH-15] beside the result, or in an error: no challenge", () => {
  const outside = `"_meta":{"mcp/www_authenticate":[${written}]}`;
  assert.equal(of('{"isError":true}', `,${outside}`), undefined);
  const error = `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m","isError":true,${outside}}}`;
  assert.equal(challengesIn(readMessage(Buffer.from(error)) as ResponseMessage), undefined);
});
