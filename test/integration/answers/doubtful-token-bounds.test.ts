// How often a request is sent for a token that the remote may not know, whatever whoever renews it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Authorizer } from "../../../src/core/ports/authorizer.ts";
import { BridgeHost, NO_AUTHORIZER } from "../../support/hosts/bridge-host.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

test("[TOK-3] a remote that is never content with a new token is asked twice, not for ever", async () => {
  const remote = new ScriptedRemote();
  await remote.listen();
  let renewals = 0;
  const authorizer: Authorizer = {
    ...NO_AUTHORIZER,
    credentials: async () => ({
      headers: { authorization: `Bearer ${renewals}` },
      fingerprint: `${renewals}`,
    }),
    async renew() {
      renewals += 1;
      return true;
    },
  };
  const host = new BridgeHost({ url: remote.url, authorizer });
  await host.open();
  remote.fail("tools/list", () => ({ status: 500 }), Number.POSITIVE_INFINITY);
  assert.ok((await host.request("tools/list")).json.error);
  assert.equal(remote.received("tools/list").length, 2);
  assert.equal(renewals, 1);
  await host.close();
  await remote.close();
});

test("[TOK-3][NET-7] a stream of HTTP+SSE, or its endpoint, that does not know the token any more", async () => {
  for (const place of ["GET /sse", "POST /messages"]) {
    const remote = new OldSseRemote();
    await remote.listen();
    let token = "old";
    remote.server.script(place, ({ headers }, normally) =>
      headers.authorization === "Bearer new" ? normally() : { status: 500 },
    );
    const authorizer: Authorizer = {
      ...NO_AUTHORIZER,
      credentials: async () => ({ headers: { authorization: `Bearer ${token}` }, fingerprint: token }),
      async renew() {
        token = "new";
        return true;
      },
    };
    const host = new BridgeHost({ url: remote.url, authorizer, session: { transport: "sse-only" } });
    assert.ok((await host.open()).json.result, place);
    await host.close();
    await remote.close();
  }
});
