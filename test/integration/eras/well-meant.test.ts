// Answers of a shape that JSON-RPC does not have, between a host and a remote of any era: each is one answer, and none is a bug.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eraScenes } from "../../support/hosts/era-scene.ts";
import type { Json } from "../../support/hosts/rpc-text.ts";

const scenes = eraScenes();

const SHAPES = [
  '"result":null',
  '"result":"done"',
  '"result":[]',
  '"result":{"content":[]},"error":null',
  '"error":null',
  '"error":"it is broken"',
  '"error":{"message":"no code"}',
  '"error":{"code":"E","message":7}',
  '"error":[]',
];

for (const era of ["legacy", "modern"] as const) {
  for (const hostEra of ["legacy", "modern"] as const) {
    for (const members of SHAPES) {
      test(`[LIFE-6] ${members} of a ${era} remote, to a ${hostEra} host`, async () => {
        const { host, remote } = await scenes[era]();
        const call = () =>
          hostEra === "legacy"
            ? host.request("tools/call", { name: "count", arguments: {} })
            : host.modern("tools/call", { name: "count", arguments: {} });
        if (hostEra === "legacy") await host.open();
        else await host.modern("tools/list");
        let isOdd = true;
        remote.server.script(era === "modern" ? "mcp" : "post", ({ json }, normally) => {
          const { id, method } = json as Json;
          if (method !== "tools/call" || !isOdd) return normally();
          const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${members}}`;
          return { headers: { "content-type": "application/json" }, body };
        });
        const { json, text } = await call();
        assert.ok("result" in json || "error" in json, text);
        assert.doesNotMatch(text, /LOCAL_BUG/);
        if (members.startsWith('"error":"')) assert.match(text, /it is broken/);
        isOdd = false;
        assert.ok((await call()).json.result);
      });
    }
  }
}
