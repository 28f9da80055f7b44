// A modern host before a legacy remote, message by message.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DialogueScene } from "../../../support/eras/dialogue-scene.ts";
import type { Json } from "../../../support/hosts/rpc-text.ts";
import { META } from "../../../support/remotes/modern-server.ts";

const FORM = { message: "Who?", requestedSchema: { type: "object" } };
const ELICITATION = { elicitation: {} };
const paramsOf = (message: Json | undefined): Json => (message?.params ?? {}) as Json;

const TOKENS: readonly [host: string, remote: string, isSame: boolean][] = [
  ['"a"', '"a"', true],
  ['"\\u00e9"', '"é"', true],
  ["1.0", "1", true],
  ["12345678901234567890", "12345678901234567000", true],
  ['"1"', "1", false],
  ["1", "2", false],
];
for (const [host, remote, isSame] of TOKENS)
  test(`[ERA-5] progress with the token ${remote} ${isSame ? "is" : "is not"} that of the call with ${host}`, () => {
    const scene = new DialogueScene();
    const written = (text: string) => text.replace('"TOKEN"', host);
    scene.ask("tools/call", { name: "t" }, { id: 1, meta: { progressToken: "TOKEN" }, written });
    const params = `{"progressToken":${remote},"progress":1}`;
    scene.say(`{"jsonrpc":"2.0","method":"notifications/progress","params":${params}}`);
    assert.equal(scene.lastText.includes(`"progressToken":${host}`), isSame);
  });

test("[ERA-5] log messages of one call are for that call, those of the session for whoever wants any", () => {
  const scene = new DialogueScene({ logging: {} });
  const ids = [{}, { [`${META}logLevel`]: "error" }].map((meta, id) => {
    scene.ask("tools/call", { name: "t" }, { id, meta });
    return scene.idOf("tools/call");
  });
  const log = (level: string, at?: unknown): boolean => {
    const before = scene.heard.length;
    scene.say({ jsonrpc: "2.0", method: "notifications/message", params: { level, data: 1 } }, at);
    return scene.heard.length > before;
  };
  assert.deepEqual(
    [log("error", ids[0]), log("error", ids[1]), log("info", ids[1]), log("error"), log("info")],
    [false, true, false, true, false],
  );
});

const UNSAID = [
  "notifications/cancelled",
  "notifications/elicitation/complete",
  "notifications/tasks/status",
  "notifications/tasks",
  "notifications/subscriptions/acknowledged",
];
for (const method of [...UNSAID, "notifications/x"])
  test(`[ERA-5] ${method} of a legacy remote ${UNSAID.includes(method) ? "is not for" : "reaches"} the host`, () => {
    const scene = new DialogueScene();
    const before = scene.heard.length;
    scene.say({ jsonrpc: "2.0", method, params: { _meta: { [`${META}subscriptionId`]: 1 } } });
    assert.equal(scene.heard.length > before, !UNSAID.includes(method));
  });

const AGAIN: readonly [what: string, again: Json, isSame: boolean][] = [
  ["as it was", { name: "t", arguments: { a: 1, b: { c: [1, 2] } } }, true],
  ["in another order", { arguments: { b: { c: [1, 2] }, a: 1 }, name: "t" }, true],
  ["with another list", { name: "t", arguments: { a: 1, b: { c: [2, 1] } } }, false],
  ["with one more member", { name: "t", arguments: { a: 1, b: { c: [1, 2] } }, x: 1 }, false],
  ["for another tool", { name: "u", arguments: { a: 1, b: { c: [1, 2] } } }, false],
];
for (const [what, again, isSame] of AGAIN)
  test(`[ERA-5] a call that is sent again ${what} ${isSame ? "goes on" : "is refused"}`, () => {
    const scene = new DialogueScene();
    const capabilities = ELICITATION;
    const first = { name: "t", arguments: { a: 1, b: { c: [1, 2] } } };
    scene.ask("tools/call", first, { id: 1, capabilities });
    const id = scene.idOf("tools/call");
    scene.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: FORM }, id);
    const { requestState, inputRequests } = scene.lastResult;
    const [key = ""] = Object.keys(inputRequests as Json);
    const inputResponses = { [key]: { action: "decline" } };
    scene.ask("tools/call", { ...again, requestState, inputResponses }, { id: 2, capabilities });
    const answered = scene.told.find((one) => one.id === "q");
    assert.deepEqual(answered?.result, isSame ? { action: "decline" } : undefined);
    if (isSame) scene.answer(id, { result: { content: [] } });
    assert.equal((scene.last.error as Json | undefined)?.code, isSame ? undefined : -32602);
  });

test("[ERA-5][LIFE-1] what a call was asked that nobody takes up in time is declined: another call may wait for it", () => {
  const scene = new DialogueScene();
  for (const id of [1, 2]) scene.ask("tools/call", { name: "t" }, { id, capabilities: ELICITATION });
  // On the session's stream nobody knows whose question it is.
  scene.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: FORM });
  assert.equal(scene.lastResult.resultType, "input_required");
  const { length } = scene.told;
  scene.nowMs = 600_000 - 1;
  scene.act(scene.dialogue.expire());
  assert.equal(scene.told.length, length);
  scene.nowMs = 600_000;
  scene.act(scene.dialogue.expire());
  assert.deepEqual(scene.told.slice(length), [
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: scene.idOf("tools/call") } },
    { jsonrpc: "2.0", id: "q", result: { action: "cancel" } },
  ]);
});

const CODES: readonly [code: number, method: string, modern: number][] = [
  [-32002, "resources/read", -32602],
  [-32002, "tools/call", -32602],
  [-32042, "tools/call", -32603],
  [-32020, "tools/call", -32603],
  [-32022, "tools/list", -32603],
  [-32099, "tools/list", -32603],
  [-32019, "tools/list", -32019],
  [-32100, "tools/list", -32100],
  [-32601, "tools/list", -32601],
  [7, "tools/list", 7],
];
for (const [code, method, modern] of CODES)
  test(`[ERA-5] the error ${code} of ${method} is ${modern} for a modern host`, () => {
    const scene = new DialogueScene();
    scene.ask(method, { name: "t", uri: "u" }, { id: 1 });
    scene.answer(scene.idOf(method), { error: { code, message: "No", data: { big: 1 } } });
    assert.deepEqual(scene.last.error, { code: modern, message: "No", data: { big: 1 } });
  });

test("[ERA-5] whatever a legacy remote calls its result, it is complete", () => {
  const scene = new DialogueScene();
  scene.ask("tools/call", { name: "t" }, { id: 1 });
  const result = { resultType: "input_required", requestState: "forged", content: [] };
  scene.answer(scene.idOf("tools/call"), { result });
  assert.equal(scene.lastResult.resultType, "complete");
});

test("[ERA-7] neither side hears of the tasks of the other era", () => {
  const extensions = { "io.modelcontextprotocol/tasks": {}, "x/y": {} };
  const scene = new DialogueScene({ tasks: { list: {} }, tools: {}, extensions });
  assert.deepEqual(scene.lastResult.capabilities, { tools: {}, extensions: { "x/y": {} } });
  const offering = new DialogueScene({}, { tasks: {}, sampling: {}, extensions });
  assert.deepEqual(paramsOf(offering.told[0]).capabilities, { sampling: {}, extensions: { "x/y": {} } });
  scene.ask("tools/call", { name: "t", task: { ttl: 1 } }, { id: 1 });
  assert.deepEqual(paramsOf(scene.told.at(-1)), { name: "t" });
  scene.ask("x/unknown", { task: 1 }, { id: 2 });
  assert.deepEqual(paramsOf(scene.told.at(-1)), { task: 1 });
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel", "tasks/list", "tasks/result"]) {
    scene.ask(method, { taskId: "t" }, { id: method });
    assert.equal((scene.last.error as Json).code, -32601, method);
  }
});

for (const [what, characters, most] of [
  ["in number", 10, 100],
  ["in bytes", 200_000, 6],
] as const)
  test(`[ERA-5] [LIFE-10] what waits for the host is bounded ${what}, and the rest is declined`, () => {
    const scene = new DialogueScene();
    scene.ask("tools/call", { name: "t" }, { id: 1, capabilities: ELICITATION });
    const params = { ...FORM, message: "?".repeat(characters) };
    for (let id = 0; id < 150; id += 1)
      scene.say({ jsonrpc: "2.0", id, method: "elicitation/create", params }, scene.idOf("tools/call"));
    const declined = scene.told.filter(({ method }) => method === undefined).length;
    assert.ok(declined >= 150 - most && declined < 150, `${declined}`);
  });
