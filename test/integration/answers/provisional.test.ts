// "Answer while nobody is signed in", with a real HTTP server, a person who takes long, and a clock of our own.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { BridgeHost, type BridgeHostOptions, createMemory } from "../../support/hosts/bridge-host.ts";
import { onlyWith, ScriptedAuthorizer, SIGN_IN_URL } from "../../support/issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

let clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of clean.reverse()) await action();
  clean = [];
});

async function start(options: Partial<BridgeHostOptions> = {}) {
  const remote = new ScriptedRemote();
  await remote.listen();
  remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
  const authorizer = new ScriptedAuthorizer();
  const clock = manualClock();
  const host = new BridgeHost({
    url: remote.url,
    authorizer,
    clock,
    session: { provisional: true, ...options.session },
    ...(options.memory && { memory: options.memory }),
  });
  clean.push(
    () => remote.close(),
    () => host.close(),
  );
  return { remote, authorizer, clock, host };
}

/** `initialize`, answered in the remote's place because it wants a sign-in. */
async function greeted(options: Partial<BridgeHostOptions> = {}) {
  const parts = await start(options);
  const initialized = await parts.host.open();
  return { ...parts, initialized };
}

test("[LIFE-1] initialize is answered when a person is needed, with what there may be, and real once signed in", async () => {
  const { host, remote, authorizer, initialized } = await greeted();
  assert.equal(initialized.json.result?.protocolVersion, "2025-11-25");
  assert.deepEqual(Object.keys(initialized.json.result?.capabilities as object), [
    "tools",
    "prompts",
    "resources",
  ]);
  assert.match(String(initialized.json.result?.instructions), /sign/);
  const call = host.request("tools/call", { name: "count" });
  await host.request("ping");
  authorizer.signIn("t");
  assert.ok((await call).json.result, "what still waited is sent");
  await remote.streaming();
  assert.equal(remote.received("notifications/initialized").length, 1);
  assert.equal(remote.received("initialize").length, 2, "refused once, then the same again");
  assert.equal(remote.received("initialize")[0]?.body, remote.received("initialize")[1]?.body);
  assert.equal(host.lines.filter(({ json }) => json.id === initialized.json.id).length, 1);
  assert.equal(authorizer.signIns, 1);
});

test("[LIFE-1] --no-provisional waits for the person", async () => {
  const { host, authorizer, clock, remote } = await start({ session: { provisional: false } });
  const answer = host.open();
  await remote.server.arrival("post");
  while (authorizer.inProgress() === undefined) await new Promise((done) => setImmediate(done));
  await clock.advance(60_000);
  assert.equal(host.lines.length, 0);
  authorizer.signIn("t");
  assert.equal((await answer).json.result?.protocolVersion, "2025-11-25");
});

test("[LIFE-1] a call waits 8 s, then its error carries the address; it is not sent later", async () => {
  const { host, clock, authorizer, remote } = await greeted();
  const call = host.request("tools/call", { name: "count" });
  const notSent = host.request("ping");
  await notSent;
  await clock.advance(8_000);
  const { error } = (await call).json;
  assert.equal(error?.data?.code, "AUTH_SIGN_IN_REQUIRED");
  assert.equal(error?.data?.url, SIGN_IN_URL);
  authorizer.signIn("t");
  await remote.streaming();
  await host.request("tools/list");
  assert.deepEqual(remote.carriedOut, []);
});

test("[LIFE-1] tools/list waits until 8 s, then offers one tool that brings the others", async () => {
  const { host, clock, authorizer, remote } = await greeted();
  const list = host.request("tools/list");
  await host.request("ping");
  await clock.advance(7_999);
  assert.equal(host.lines.length, 2);
  await clock.advance(1);
  const tools = (await list).json.result?.tools as { name: string }[];
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["drawbridge_sign_in"],
  );

  const first = host.request("tools/call", { name: "drawbridge_sign_in" });
  await host.request("ping");
  await clock.advance(8_000);
  assert.match(JSON.stringify((await first).json.result), /issuer\.example/);
  const second = host.request("tools/call", { name: "drawbridge_sign_in" });
  await host.request("ping");
  authorizer.signIn("t");
  await host.first(({ json }) => json.method === "notifications/tools/list_changed");
  const listed = host.request("tools/list");
  assert.match(JSON.stringify((await second).json.result), /connected.*echo.*count.*reconnect/);
  assert.deepEqual((await listed).json.result, { tools: remote.tools });
  assert.ok(
    host.lines.indexOf(await listed) < host.lines.indexOf(await second),
    "a model's next turn has the tools",
  );
  // It stays callable for hosts that ignored the change.
  const third = await host.request("tools/call", { name: "drawbridge_sign_in" });
  assert.match(JSON.stringify(third.json.result), /echo.*count/);
  assert.deepEqual(remote.carriedOut, []);
  assert.equal(authorizer.signIns, 1);
});

test("[LIFE-1] what the remote said last time is said again, and no change is announced where there is none", async () => {
  const memory = createMemory();
  const earlier = await greeted({ memory });
  earlier.authorizer.signIn("t");
  await earlier.host.request("tools/list");
  await earlier.host.close();
  assert.ok(memory.now.lists["tools/list"]);

  const { host, initialized, authorizer, remote } = await greeted({ memory });
  assert.deepEqual(initialized.json.result?.serverInfo, { name: "scripted-remote", version: "1.0.0" });
  const list = await host.request("tools/list");
  assert.deepEqual(list.json.result, { tools: remote.tools });
  authorizer.signIn("t");
  await host.request("tools/call", { name: "echo" });
  while (remote.received("tools/list").length < 1)
    await remote.server.arrival("post", remote.server.to("post").length + 1);
  await host.request("ping");
  assert.equal(host.lines.filter(({ json }) => json.method !== undefined).length, 0);
});

test("[AUTH-11] a denial is told, and stands until the next request of the host", async () => {
  const { host, authorizer } = await greeted();
  const call = host.request("tools/call", { name: "count" });
  await host.request("ping");
  authorizer.deny();
  assert.equal((await call).json.error?.data?.code, "AUTH_DENIED");
  assert.equal(authorizer.signIns, 1);
  const next = host.request("tools/call", { name: "count" });
  await host.request("ping");
  while (authorizer.signIns < 2) await new Promise((done) => setImmediate(done));
  authorizer.signIn("t");
  assert.ok((await next).json.result);
});

test("[LIFE-1] a denial before the host was answered is the answer to initialize", async () => {
  const { host, authorizer, remote } = await start();
  authorizer.withoutAddress = true;
  const answer = host.open();
  await remote.server.arrival("post");
  while (authorizer.signIns === 0) await new Promise((done) => setImmediate(done));
  authorizer.deny();
  assert.equal((await answer).json.error?.data?.code, "AUTH_DENIED");
});

test("[AUTH-11] pings and the stream open no browser", async () => {
  const { host, authorizer, remote } = await start();
  authorizer.token = "t";
  await host.open();
  await remote.streaming();
  remote.heal();
  remote.fail("*", onlyWith("other"), Number.POSITIVE_INFINITY);
  authorizer.token = undefined;
  const ping = await host.request("ping");
  assert.equal(ping.json.error?.data?.code, "AUTH_SIGN_IN_REQUIRED");
  assert.equal(authorizer.signIns, 0);
  assert.ok(authorizer.challenges.every(({ cause }) => cause === "background"));
});

test("[LIFE-3] the host leaves in the middle of a sign-in", async () => {
  const { host, authorizer } = await greeted();
  await host.close();
  assert.ok(authorizer.closed);
});
