// A remote of 2026-07-28 that says nothing: it is asked whether it is there in words of its era.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quickClock } from "../../support/clocks/quick-clock.ts";
import { eraScenes } from "../../support/hosts/era-scene.ts";

const { modern: start } = eraScenes();

for (const era of ["legacy", "modern"] as const)
  test(`[NET-6][ERA-2][ERA-3] a slow call of a ${era} host is waited for, and one whose remote is gone is given up`, async () => {
    const { host, remote } = await start({}, { clock: quickClock(200) });
    const ask = (method: string, params: object) =>
      era === "modern" ? host.modern(method, params) : host.request(method, params);
    if (era === "legacy") await host.open();
    await ask("tools/list", {});
    let answer = (): void => undefined;
    remote.fail("tools/call", ({ json }) => ({
      take: (_request, response) => {
        const { id } = json as { id: unknown };
        answer = () => {
          response.setHeader("content-type", "application/json");
          response.end(
            JSON.stringify({ jsonrpc: "2.0", id, result: { resultType: "complete", content: [] } }),
          );
        };
      },
    }));
    const before = remote.received("server/discover").length;
    const slow = ask("tools/call", { name: "count" });
    await remote.until(() => remote.received("server/discover").length >= before + 2);
    answer();
    assert.deepEqual((await slow).json.result?.content, []);
    remote.fail("tools/call", "half-open");
    const { json } = await ask("tools/call", { name: "count" });
    assert.equal(json.error?.data?.code, "NETWORK_TIMEOUT");
    assert.deepEqual(remote.breaches, []);
    assert.equal(remote.received("ping").length, 0);
  });
