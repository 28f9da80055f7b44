// A sign-in that a tool's result asks for, before hosts and remotes of both eras.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BridgeHost, Received } from "../../support/hosts/bridge-host.ts";
import { eraScenes } from "../../support/hosts/era-scene.ts";
import type { Json } from "../../support/hosts/rpc-text.ts";
import { asking } from "../../support/issuers/result-scene.ts";
import { ScriptedAuthorizer } from "../../support/issuers/scripted-authorizer.ts";
import { complete } from "../../support/remotes/modern-server.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

const scenes = eraScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));
const isSignedIn = ({ headers }: Exchange): boolean => headers.authorization === "Bearer t";
const isCall = ({ json }: Exchange): boolean => (json as Json | undefined)?.method === "tools/call";

const HOSTS: Readonly<Record<string, (host: BridgeHost) => Promise<Received>>> = {
  legacy: async (host) => {
    await host.open();
    return host.request("tools/call", { name: "count", arguments: {} });
  },
  modern: async (host) => {
    await host.modern("tools/list");
    return host.modern("tools/call", { name: "count", arguments: {} });
  },
};

for (const era of ["legacy", "modern"] as const) {
  for (const [hostEra, call] of Object.entries(HOSTS)) {
    test(`[AUTH-15] a ${hostEra} host, a ${era} remote: a sign-in, and the call once more`, async () => {
      const authorizer = new ScriptedAuthorizer();
      const { host, remote } = await scenes[era]({}, { authorizer });
      let calls = 0;
      const mcp = era === "modern" ? "mcp" : "post";
      remote.server.script(mcp, (exchange, normally) => {
        if (!isCall(exchange)) return normally();
        calls += 1;
        if (isSignedIn(exchange)) return normally();
        const result = era === "modern" ? complete(asking(["Bearer"])) : asking(["Bearer"]);
        return { body: { jsonrpc: "2.0", id: (exchange.json as Json).id, result } };
      });
      const answer = call(host);
      while (authorizer.challenges.length < 1) await turn();
      authorizer.signIn("t");
      const { json } = await answer;
      assert.ok(json.result && !json.result.isError, JSON.stringify(json));
      assert.equal(calls, 2);
    });

    test(`[AUTH-15] a ${hostEra} host, a ${era} remote: nobody signs in, and the result is as it came`, async () => {
      const authorizer = new ScriptedAuthorizer();
      const { host, remote } = await scenes[era]({}, { authorizer });
      const mcp = era === "modern" ? "mcp" : "post";
      remote.server.script(mcp, (exchange, normally) => {
        if (!isCall(exchange)) return normally();
        const result = era === "modern" ? complete(asking(["Bearer"])) : asking(["Bearer"]);
        return { body: { jsonrpc: "2.0", id: (exchange.json as Json).id, result } };
      });
      const answer = call(host);
      while (authorizer.challenges.length < 1) await turn();
      authorizer.deny();
      const { json } = await answer;
      assert.equal(json.result?.isError, true, JSON.stringify(json));
      assert.deepEqual(json.result?._meta && Object.hasOwn(json.result._meta, "mcp/www_authenticate"), true);
    });
  }
}
