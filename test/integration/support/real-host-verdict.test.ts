// What the job with real hosts says of a run. A row that hides a silent host would make the job useless.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AskedModel } from "../../real-hosts/model/model-server.ts";
import { type Seen, verdict } from "../../real-hosts/running/verdict.ts";

const run = { startedAtMs: 1_000, endedAtMs: 9_000, stdout: "", stderr: "", overdue: false, code: 0 };
const agent = { kind: "agent" } as const;
const list = { kind: "list" } as const;
const state = { kind: "list", printsState: true } as const;
const base: Seen = { situation: "nobody", command: agent, run, asked: [], lists: 0, browserTabs: 0 };

function asked(atMs: number, names: readonly string[], more: Partial<AskedModel> = {}): AskedModel {
  const tools = names.map((name) => ({ name }));
  return { atMs, tools, named: [], results: [], stream: true, turn: { say: "done" }, ...more };
}

test("an agent whose model is offered the sign-in tool shows it, from that moment on", () => {
  const found = verdict({ ...base, asked: [asked(2_000, ["bash"]), asked(4_500, ["x_drawbridge_sign_in"])] });
  assert.match(found.shown, /^sign-in tool, called 0 times/);
  assert.equal(found.afterMs, 3_500);
  assert.equal(found.nothing, false);
});

test("an agent without a tool of the server shows nothing, unless it says why", () => {
  assert.equal(verdict({ ...base, asked: [asked(2_000, ["bash"])] }).nothing, true);
  assert.equal(verdict(base).nothing, true);
  const said = { ...run, stderr: "remote: Sign-in required. Open https://issuer/" };
  assert.deepEqual(verdict({ ...base, run: said }).nothing, false);
});

test("the name of a folder or of the program is no reason", () => {
  const said = { ...run, stdout: "starting mcp-drawbridge in ~/drawbridge" };
  assert.equal(verdict({ ...base, run: said }).nothing, true);
});

test("somebody signed in: the row says when the tools came, or that they did not", () => {
  const first = asked(2_000, ["drawbridge_sign_in"]);
  const person = { ...base, situation: "person" } as const;
  assert.match(verdict({ ...person, asked: [first] }).shown, /no tools in this run/);
  assert.match(verdict({ ...person, asked: [first, asked(6_000, ["echo"])] }).shown, /tools after 5\.0 s/);
});

test("pages: tools are counted once, whether they are offered or only named", () => {
  const pages = { ...base, situation: "pages", lists: 1 } as const;
  const offered = [asked(2_000, ["r_paged_01", "r_paged_02"], { named: ["mcp__r__paged_02"] })];
  assert.equal(verdict({ ...pages, asked: offered }).shown, "2 of 60 tools, 1 requests");
  assert.equal(verdict({ ...pages, asked: [] }).nothing, true);
});

test("a list: tools by name, or nothing", () => {
  const printed = (stdout: string) => verdict({ ...base, command: list, run: { ...run, stdout } });
  assert.match(printed('"name": "drawbridge_sign_in"').shown, /^lists drawbridge_sign_in/);
  assert.equal(printed("account\nechoes").nothing, true);
  assert.equal(verdict({ ...base, command: list, run: { ...run, overdue: true } }).nothing, true);
});

test("a list of states: connected is something, failed is not", () => {
  const printed = (stdout: string) => verdict({ ...base, command: state, run: { ...run, stdout } });
  assert.equal(printed("remote: node main.js - Connected").nothing, false);
  assert.equal(printed("x remote: node main.js - Disconnected").nothing, true);
  assert.equal(printed("remote: node - Connected, tools fetch failed").nothing, true);
});
