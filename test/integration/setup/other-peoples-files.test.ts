// A host's file belongs to somebody else: nothing of it is lost, whatever state it is in.
import assert from "node:assert/strict";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { type SetupContext, undoLast } from "../../../src/app/setup/host-config.ts";
import { HOSTS } from "../../../src/app/setup/host-table.ts";
import { setUp } from "../../../src/app/setup/set-up.ts";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { setupContextOf } from "../../support/hosts/setup-context.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

const folder = temporaryFolder();
after(() => folder.remove());

const URL = "https://mcp.linear.app/mcp";
const SECRET = "canary-4f8e2a90";
const cursor = HOSTS.find(({ id }) => id === "cursor") ?? assert.fail();
let homes = 0;

function machine(text?: string | Buffer): { context: SetupContext; file: string } {
  const home = path.join(folder.path, `home-${++homes}`);
  const file = path.join(home, ".cursor", "mcp.json");
  mkdirSync(path.dirname(file), { recursive: true });
  if (text !== undefined) writeFileSync(file, text);
  return { context: setupContextOf(home, "linux"), file };
}

const add = (context: SetupContext, more: Partial<Parameters<typeof setUp>[0]> = {}) => {
  const entry = {
    command: "/usr/bin/node",
    args: ["/x/mcp-drawbridge/dist/main.js", URL],
    env: { K: SECRET },
  };
  return setUp({ host: cursor, url: URL, entry, yes: false, print: false, ...more }, context);
};

const leftAlone = (file: string, text: string | Buffer): void => {
  assert.deepEqual(readFileSync(file), Buffer.from(text));
  assert.deepEqual(readdirSync(path.dirname(file)), [path.basename(file)]);
};

for (const [what, text] of [
  ["broken JSON", '{"mcpServers": {'],
  ["a list", "[1]"],
  ["a name that is there twice", '{"mcpServers": {}, "mcpServers": {"a": 1}}'],
  ["bytes that are no text", Buffer.from([0x7b, 0xff, 0x7d])],
] as const)
  test(`[CLI-2] a file with ${what} is left as it is`, async () => {
    const { context, file } = machine(text);
    await assert.rejects(add(context), (error) => isFailure(error, "LOCAL_HOST_FILE"));
    leftAlone(file, text);
  });

test("[CLI-2] a link stays a link, and the file behind it is changed", async () => {
  const { context, file } = machine();
  const real = path.join(context.places.home, "dotfiles.json");
  writeFileSync(real, "{}", { mode: 0o640 });
  symlinkSync(real, file);
  await add(context);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.ok(readFileSync(real, "utf8").includes(URL));
  assert.equal(statSync(real).mode & 0o777, 0o640);
  await undoLast(cursor, context);
  assert.equal(readFileSync(real, "utf8"), "{}");
});

test("[CLI-2] a link to nothing, a second name, and another user's file are left as they are", async () => {
  const dangling = machine();
  symlinkSync("nowhere", dangling.file);
  await assert.rejects(add(dangling.context), (error) => isFailure(error, "LOCAL_HOST_FILE"));
  const linked = machine("{}");
  linkSync(linked.file, path.join(linked.context.places.home, "second"));
  await assert.rejects(add(linked.context), (error) => isFailure(error, "LOCAL_HOST_FILE"));
  leftAlone(linked.file, "{}");
  const foreign = machine("{}");
  const { adapters } = foreign.context;
  const identity = { ...adapters.identity, userId: (adapters.identity.userId ?? 0) + 1 };
  const other = { ...foreign.context, adapters: { ...adapters, identity } };
  await assert.rejects(add(other), (error) => isFailure(error, "LOCAL_HOST_FILE"));
  leftAlone(foreign.file, "{}");
});

test("[CLI-2] what another program wrote meanwhile is not undone: only the entry goes", async () => {
  const { context, file } = machine('{\n  "a": 1\n}\n');
  await add(context);
  writeFileSync(file, readFileSync(file, "utf8").replace('"a": 1', '"a": 2'));
  await undoLast(cursor, context);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { a: 2, mcpServers: {} });
});

test("[CLI-2] another entry of the name is overwritten only by who says so", async () => {
  const text = '{"mcpServers": {"linear": {"command": "mine"}}}';
  const { context, file } = machine(text);
  const name = { name: "linear" };
  await assert.rejects(add(context, name), (error) => isFailure(error, "USAGE_NOT_CONFIRMED"));
  const asked: string[] = [];
  const says = (answer: boolean) => ({
    ...context,
    confirm: async (question: string) => {
      asked.push(question);
      return answer;
    },
  });
  await assert.rejects(add(says(false), name), (error) => isFailure(error, "USAGE_NOT_CONFIRMED"));
  leftAlone(file, text);
  await add(says(true), name);
  assert.ok(readFileSync(file, "utf8").includes(URL));
  assert.match(asked[0] ?? "", /- .*"mine"[\s\S]*\+ .*node/);
  await undoLast(cursor, context);
  await add(context, { ...name, yes: true });
  // Without a name, a free one is taken.
  const free = machine(text);
  await add(free.context);
  const { mcpServers } = JSON.parse(readFileSync(free.file, "utf8")) as { mcpServers: object };
  assert.deepEqual(Object.keys(mcpServers), ["linear", "linear-2"]);
});

test("[DIAG-1] no secret of an entry is shown, ours or a neighbour's, but with --print", async () => {
  const neighbour = "neighbours-token-77";
  const text = `{"mcpServers": {"a": {"command": "x", "env": {"T": "${neighbour}"}}}}`;
  const { context, file } = machine(text);
  const printed = await add(context, { print: true });
  assert.ok(printed.join("\n").includes(SECRET));
  leftAlone(file, text);
  const said = (await add(context)).join("\n");
  assert.match(said, /\[secret\]/);
  for (const secret of [SECRET, neighbour]) assert.ok(!said.includes(secret));
  const backups = path.join(context.dataFolder, "backups");
  for (const name of readdirSync(backups))
    assert.equal(statSync(path.join(backups, name)).mode & 0o777, 0o600);
});
