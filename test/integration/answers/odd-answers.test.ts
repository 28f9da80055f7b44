// Answers that are meant well, and written as no specification has them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bridgeScenes } from "../../support/hosts/bridge-scene.ts";

const start = bridgeScenes();
const turn = () => new Promise<void>((done) => setImmediate(done));
const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test-host", version: "1" },
};

test("[LIFE-6] an answer with status 202 is the answer; a 202 without one is none", async () => {
  const { host, remote } = await start();
  remote.withoutStream = true;
  await host.open();
  for (const name of ["echo", "count"]) {
    remote.fail("tools/call", async (_, normally) => ({ ...(await normally()), status: 202 }));
    assert.ok((await host.request("tools/call", { name })).json.result, name);
  }
  for (const headers of [{ "content-type": "application/json" }, { "content-type": "text/plain" }, {}]) {
    remote.fail("tools/call", () => ({ status: 202, headers }));
    const { json } = await host.request("tools/call", { name: "count" });
    assert.equal(json.error?.data?.code, "REMOTE_NO_ANSWER");
  }
});

test("[DIAG-2] what a refusal says without naming a type is shown", async () => {
  const { host, remote } = await start();
  await host.open();
  remote.fail("tools/call", () => ({ status: 403, body: "Your workspace has no access to this tool." }));
  const { json } = await host.request("tools/call", { name: "count" });
  assert.match(String(json.error?.message), /403, .*Your workspace has no access to this tool/);
  remote.fail("tools/call", () => ({
    status: 403,
    headers: { "content-type": "text/html" },
    body: "<b>No.</b>",
  }));
  const html = await host.request("tools/call", { name: "count" });
  assert.doesNotMatch(String(html.json.error?.message), /<b>/);
});

test("[LIFE-3] a session ends at the address that a 307 names", async () => {
  const { host, remote } = await start();
  await host.open();
  const [session] = remote.sessions;
  remote.fail("DELETE", () => ({ status: 307, headers: { location: "/mcp?moved=1" } }));
  await host.close();
  const deletions = remote.received("DELETE");
  assert.deepEqual(
    deletions.map(({ url, headers }) => [url.search, headers["mcp-session-id"]]),
    [
      ["", session],
      ["?moved=1", session],
    ],
  );
});

test("[NET-2] a host that begins anew, and a replay, end the session that they leave", async () => {
  const { host, remote } = await start();
  await host.open();
  const [first] = remote.sessions;
  await host.request("initialize", INITIALIZE);
  while (remote.received("DELETE").length < 1) await turn();
  assert.equal(remote.received("DELETE")[0]?.headers["mcp-session-id"], first);
  const [second] = remote.sessions;
  remote.fail("tools/call", "session-404");
  assert.ok((await host.request("tools/call", { name: "count" })).json.result);
  while (remote.received("DELETE").length < 2) await turn();
  assert.equal(remote.received("DELETE")[1]?.headers["mcp-session-id"], second);
  assert.equal(remote.sessions.size, 1);
});

test("[NET-8] --headers-timeout holds for tool calls, too, where it is given, and else for all but those", async () => {
  const never = () => new Promise<never>(() => {});
  const given = await start({ network: { callHeadersTimeoutMs: 50 } });
  await given.host.open();
  given.remote.fail("tools/call", never);
  const { json } = await given.host.request("tools/call", { name: "count" });
  assert.equal(json.error?.data?.code, "NETWORK_TIMEOUT");
  const usual = await start({ network: { headersTimeoutMs: 50 } });
  await usual.host.open();
  usual.remote.fail("tools/call", never);
  usual.remote.fail("prompts/list", never, 9);
  let isAnswered = false;
  void usual.host.request("tools/call", { name: "count" }).then(() => {
    isAnswered = true;
  });
  assert.equal((await usual.host.request("prompts/list")).json.error?.data?.code, "NETWORK_TIMEOUT");
  assert.equal(isAnswered, false);
});
