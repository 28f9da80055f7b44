// `setup` for every host, on the paths of three platforms: the entry is in the right file, twice is once, and undoing gives
// the very bytes that were before.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { openHostConfig, type SetupContext, undoLast } from "../../../src/app/setup/host-config.ts";
import { type ProgramEntry, readEntry } from "../../../src/app/setup/host-entry.ts";
import { filesOf, projectFilesOf } from "../../../src/app/setup/host-files.ts";
import { HOSTS, type HostRow } from "../../../src/app/setup/host-table.ts";
import { hostLines, listHosts } from "../../../src/app/setup/list-hosts.ts";
import { setUp, takeOut } from "../../../src/app/setup/set-up.ts";
import { setupContextOf } from "../../support/hosts/setup-context.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

const folder = temporaryFolder();
after(() => folder.remove());

const URL = "https://mcp.linear.app/mcp";
const ENTRY: ProgramEntry = {
  command: "/usr/bin/node",
  args: ["/opt/mcp-drawbridge/dist/main.js", URL, "--no-browser"],
  env: { DRAWBRIDGE_HEADER: 'X-Key: a "quoted" \\ value' },
};
const PLATFORMS = ["linux", "darwin", "win32"] as const;
let homes = 0;

function fresh(platform: NodeJS.Platform = "linux", more: Partial<SetupContext> = {}): SetupContext {
  const home = path.join(folder.path, `home-${++homes}`);
  mkdirSync(home);
  return setupContextOf(home, platform, more);
}

const add = (host: HostRow, context: SetupContext, more: Partial<Parameters<typeof setUp>[0]> = {}) =>
  setUp({ host, url: URL, entry: ENTRY, yes: false, print: false, ...more }, context);

/** What people have in their files: comments, servers of others, blanks of their own. */
const THEIRS: Readonly<Record<HostRow["format"], (at: string) => string>> = {
  json: (at) =>
    `{\n\t// mine\n\t"theme": "dark", "${at}": {\n\t\t"other": {"command": "x"}, // last\n\t},\n}\n`,
  toml: () =>
    '# mine\r\nmodel = "o3" # keep\r\n\r\n[mcp_servers.other]\r\ncommand = "x"   # c\r\n\r\n[a."b.c"]\r\nd = 1\r\n',
  yaml: (at) =>
    `name: mine # c\n${at}:\n    # first\n    -   name: other\n        command: x   # xx\n\nmodels:\n- name: "m"\n`,
};

for (const platform of PLATFORMS)
  for (const host of HOSTS)
    test(`[CLI-2] setup ${host.id} on ${platform}: nothing there, and a file of somebody's own`, async () => {
      for (const theirs of [undefined, "", THEIRS[host.format](host.at[0])]) {
        const context = fresh(platform);
        const [file = ""] = filesOf(host, context.places);
        assert.ok(file.startsWith(context.places.home), file);
        if (theirs !== undefined) {
          mkdirSync(path.dirname(file), { recursive: true });
          writeFileSync(file, theirs);
        }
        await add(host, context);
        const written = readFileSync(file, "utf8");
        const { document } = await openHostConfig(host, context);
        assert.deepEqual(readEntry(document.entries().get("linear")), ENTRY);
        assert.equal(document.entries().has("other"), theirs !== undefined && theirs !== "");
        for (const line of theirs?.split("\n") ?? []) assert.ok(written.includes(line.trimEnd()), line);
        const [again] = await add(host, context);
        assert.match(again ?? "", /already/);
        assert.equal(readFileSync(file, "utf8"), written);
        await takeOut({ host, print: false }, context);
        assert.equal((await openHostConfig(host, context)).document.entries().has("linear"), false);
        await undoLast(host, context);
        assert.equal(readFileSync(file, "utf8"), written);
        await undoLast(host, context);
        if (theirs === undefined) assert.throws(() => readFileSync(file), /ENOENT/);
        else assert.equal(readFileSync(file, "utf8"), theirs);
      }
    });

test("[CLI-2] with --project the file of the project is written, and the user's is not", async () => {
  for (const host of HOSTS.filter(({ projectFiles }) => projectFiles !== undefined)) {
    const context = fresh();
    const project = path.join(context.places.home, "project");
    await add(host, { ...context, project });
    const [file = ""] = projectFilesOf(host, project);
    assert.ok(readFileSync(file, "utf8").includes(URL));
    assert.throws(() => readFileSync(filesOf(host, context.places)[0] ?? ""), /ENOENT/);
  }
});

test("[CLI-2] setup alone lists the hosts with what they have", async () => {
  const context = fresh();
  for (const host of HOSTS.slice(0, 3)) await add(host, context, { url: URL });
  const reports = await listHosts(context);
  assert.equal(reports.length, HOSTS.length);
  assert.deepEqual(
    reports.filter(({ found }) => found).map(({ host, own }) => [host, own]),
    HOSTS.slice(0, 3).map(({ id }) => [id, [{ name: "linear", url: URL }]]),
  );
  assert.match(hostLines(reports), /cursor +1 server .*\n +linear: https:\/\/mcp\.linear\.app\/mcp/);
});
