// What both eras can say comes back from the other as it went, byte for byte but for blanks between members that were taken
// apart and the order of `jsonrpc` and `id`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { initializeFor, legacyRequest, modernResponse } from "../../../../src/bridge/era/to-legacy.ts";
import { hostProfile, legacyResponse, modernRequest } from "../../../../src/bridge/era/to-modern.ts";
import type { Message, ResponseMessage } from "../../../../src/core/mcp/message.ts";
import { messageOf, requestOf } from "../../../support/eras/dialogue-scene.ts";
import {
  forAny,
  type Members,
  memberOf,
  oddLine,
  oddMembers,
  oddMeta,
  oddText,
  oddValue,
  shuffled,
  withMeta,
  written,
} from "../../../support/eras/odd-json.ts";
import { META, MODERN } from "../../../support/remotes/modern-server.ts";

const IDS = ["1", "1.0", "-0", "12345678901234567890", '"a"', '"\\u00e9\\/"', '""'];
const METHODS = ["tools/call", "prompts/get", "resources/read", "tools/list", "completion/complete", "x/y"];
const CACHEABLE = ["resources/read", "tools/list", "server/discover"];
const OTHER_ID = requestOf('{"jsonrpc":"2.0","id":"own-1","method":"x"}').id;
const text = ({ bytes }: Pick<Message, "bytes">): string => bytes.toString("utf8");

const responseOf = (line: string): ResponseMessage => messageOf(line) as ResponseMessage;

test("[ERA-7] a request of 2025 comes back from the other era", (t) => {
  const host = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{"roots":{}},"clientInfo":{"name":"h"}}}`;
  forAny(t, (random) => {
    const method = random.one(METHODS);
    const known: Members = [
      ['"name"', '"\\u0074"'],
      ['"arguments"', oddValue(random)],
    ];
    const params = withMeta(
      random,
      [...known.slice(random.below(3)), ...oddMembers(random)],
      oddMeta(random),
    );
    const members: Members = [['"method"', JSON.stringify(method)], ...memberOf("params", params)];
    const [given, expected] = oddLine(random, random.one(IDS), members);
    const request = requestOf(given);
    const logLevel = random.chance(0.5) ? "error" : undefined;
    const there = modernRequest(request, hostProfile(requestOf(host)), { id: OTHER_ID, logLevel });
    assert.equal(requestOf(text(there)).id.raw, OTHER_ID.raw);
    assert.match(text(there), /"io.modelcontextprotocol\/clientCapabilities":\{"roots":\{\}\}/);
    assert.equal(text(legacyRequest(there, request.id)), expected);
  });
});

test("[ERA-7] a request of 2026-07-28 comes back from the other era", (t) => {
  forAny(t, (random) => {
    const capabilities = written(oddMembers(random));
    const clientInfo = written([['"name"', '"\\u0068"'], ...oddMembers(random)]);
    const era: Members = [
      [`"${META}protocolVersion"`, JSON.stringify(MODERN)],
      [`"${META}clientInfo"`, clientInfo],
      [`"${META}clientCapabilities"`, capabilities],
      ...(random.chance(0.5) ? [[`"${META}logLevel"`, '"info"'] as const] : []),
    ];
    const unknown = oddMeta(random);
    const params: Members = [...oddMembers(random), ['"_meta"', written([...unknown, ...era])]];
    // What is taken off whole comes back at the end.
    const id = random.one(IDS);
    const given = written([
      ['"jsonrpc"', '"2.0"'],
      ['"id"', id],
      ['"method"', JSON.stringify(random.one(METHODS))],
      ...oddMembers(random, 1).filter(([name]) => name !== '"result"'),
      ['"params"', written(params)],
    ]);
    const request = requestOf(given);
    const there = legacyRequest(request, OTHER_ID);
    assert.ok(!text(there).includes(META.concat("client")), text(there));
    const profile = hostProfile(initializeFor(request, OTHER_ID));
    const logLevel = era.length > 3 ? "info" : undefined;
    assert.equal(text(modernRequest(there, profile, { id: request.id, logLevel })), given);
  });
});

test("[ERA-7] a result of 2025 comes back from the other era", (t) => {
  forAny(t, (random) => {
    const method = random.one(METHODS);
    const known: Members =
      method === "tools/call" ? [['"structuredContent"', '{"n":1.0}']] : [['"ttlMs"', "7"]];
    const more = CACHEABLE.includes(method) ? [] : known;
    const result = withMeta(random, [...more, ...oddMembers(random)], oddMeta(random));
    const [given, expected] = oddLine(random, random.one(IDS), [['"result"', written(result)]]);
    const response = responseOf(given);
    const serverInfo = random.chance(0.5) ? Buffer.from('{"name":"\\u0072"}') : undefined;
    const there = modernResponse(method, response, OTHER_ID, serverInfo);
    assert.match(text(there), /"resultType":"complete"/);
    assert.equal(/"cacheScope":"private"/.test(text(there)), CACHEABLE.includes(method));
    assert.equal(text(legacyResponse(method, there, response.id)), expected);
  });
});

test("[ERA-7] a result of 2026-07-28 comes back from the other era, but for how long it may be kept", (t) => {
  forAny(t, (random) => {
    const method = random.one(METHODS);
    const meta = oddMeta(random);
    const serverInfo = written([['"name"', '"r"'], ...oddMembers(random)]);
    const own: Members = [['"_meta"', written([...meta, [`"${META}serverInfo"`, serverInfo]])]];
    const hints = (ttlMs: string, cacheScope: string): Members =>
      CACHEABLE.includes(method)
        ? [
            ['"ttlMs"', ttlMs],
            ['"cacheScope"', cacheScope],
          ]
        : [];
    const unknown = oddMembers(random);
    const from = (ttlMs: string, cacheScope: string): string => {
      const era: Members = [['"resultType"', '"complete"'], ...hints(ttlMs, cacheScope)];
      const result = meta.length > 0 ? [...unknown, ...own, ...era] : [...unknown, ...era, ...own];
      return written([
        ['"jsonrpc"', '"2.0"'],
        ['"id"', "7"],
        ['"result"', written(result)],
      ]);
    };
    const response = responseOf(from("6e4", '"public"'));
    const there = legacyResponse(method, response, OTHER_ID);
    assert.ok(!/resultType|ttlMs|cacheScope|serverInfo/.test(text(there)), text(there));
    const back = modernResponse(method, there, response.id, Buffer.from(serverInfo));
    assert.equal(text(back), from("0", '"private"'));
  });
});

test("[ERA-7] an error that both eras may give comes back from the other", (t) => {
  forAny(t, (random) => {
    const code = random.one(["-32700", "-32601", "-32602", "-32019", "-32000", "-31001", "7", "0"]);
    const error = shuffled(random, [
      ['"code"', code],
      ['"message"', oddText(random)],
      ['"data"', oddValue(random)],
      ...oddMembers(random),
    ] as const);
    const [given, expected] = oddLine(random, random.one(IDS), [['"error"', written(error)]]);
    const response = responseOf(given);
    const method = random.one(METHODS);
    assert.equal(
      text(legacyResponse(method, modernResponse(method, response, OTHER_ID), response.id)),
      expected,
    );
    assert.equal(
      text(modernResponse(method, legacyResponse(method, response, OTHER_ID), response.id)),
      expected,
    );
  });
});
