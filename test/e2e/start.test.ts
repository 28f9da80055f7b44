// What a start may load and ask for. Each limit is what it was when it was set, and a few percent: whoever exceeds one
// either loads something that can wait, or raises it here and says what the users get for it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { isObject } from "../support/hosts/rpc-text.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { Command } from "../support/processes/command.ts";
import { PROGRAM, PROJECT, programEnvironment } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { ScriptedRemote } from "../support/remotes/scripted-remote.ts";
import type { Exchange } from "../support/remotes/scripted-server.ts";

/** Of what `npm run build` makes, by the name before the hash, in bytes. */
const CHUNKS: Readonly<Record<string, number>> = {
  // Each start compiles it: 1 KB costs about 0.05 ms.
  start: 216_000,
  // One sign-in loads these three.
  "oauth-sdk": 360_000,
  dist: 327_000,
  webapi: 73_000,
  // Help, commands and wrong command lines.
  "commander-line": 66_000,
  // Single commands.
  "toml-format": 177_000,
  "yaml-format": 126_000,
  "json-with-comments": 22_500,
  trace: 20_500,
  doctor: 24_000,
  // With a saved sign-in, each start.
  vault: 26_000,
  // Sign-ins and refreshes, and what they need of the computer.
  "proper-lockfile": 25_500,
  "sign-in": 20_500,
  discover: 12_000,
  "public-address": 15_500,
  open: 12_500,
  proxy: 12_500,
  "client-without-listener": 12_000,
  // Where host and remote are of different eras.
  "to-modern": 11_000,
  "modern-host": 15_000,
  "modern-remote": 18_000,
};
/** Of any other chunk. */
const OTHER_CHUNK = 10_000;
const ALL_CHUNKS = 1_700_000;

interface Limit {
  readonly files: number;
  readonly characters: number;
  /** Besides what `node:http` brings with it. */
  readonly builtIns: readonly string[];
}

/** Before the first line is answered. */
const LOADED: Readonly<Record<"nothing saved" | "a stored grant", Limit>> = {
  // The entry, and the start's two chunks.
  "nothing saved": {
    files: 3,
    characters: 218_000,
    builtIns: ["crypto", "fs/promises", "module", "os", "timers/promises"],
  },
  // And the vault, in one file, with the bundler's few lines.
  "a stored grant": {
    files: 5,
    characters: 245_000,
    builtIns: ["crypto", "fs/promises", "module", "os", "timers/promises"],
  },
};

/** Until `tools/list` is answered, whether somebody is signed in or not: nothing is looked for that is known. */
const REQUESTS = ["GET stream", "POST initialize", "POST notifications/initialized", "POST tools/list"];

const PRELOAD = path.join(PROJECT, "test", "support", "processes", "loaded-modules.cjs");

interface Loaded {
  readonly files: readonly { readonly url: string; readonly characters: number }[];
  readonly builtIns: readonly string[];
}

test("no chunk grows unnoticed", () => {
  const folder = path.join(PROJECT, "dist", "chunks");
  const sizes = readdirSync(folder).map((file) => ({
    name: file.replace(/-[\w-]{8}\.js$/, ""),
    bytes: statSync(path.join(folder, file)).size,
  }));
  const over = sizes.filter(({ name, bytes }) => bytes > (CHUNKS[name] ?? OTHER_CHUNK));
  assert.deepEqual(over, []);
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(all <= ALL_CHUNKS, String(all));
  assert.deepEqual(
    Object.keys(CHUNKS).filter((name) => !sizes.some((one) => one.name === name)),
    [],
    "limits of chunks that are gone",
  );
});

test("a start loads what a session needs, and asks the remote for nothing else", {
  timeout: 30_000,
}, async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const remote = new ScriptedRemote();
  await remote.listen();
  t.after(() => remote.close());
  const loaded = await start(t, remote.url, folder.path);
  await remote.streaming();
  assert.deepEqual(requestsOf(remote.server.ledger), REQUESTS);
  within(loaded, LOADED["nothing saved"]);
});

test("a start with a stored grant loads what reads it, and asks nobody else", {
  timeout: 30_000,
}, async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const browser = browserProgram();
  t.after(() => browser.remove());
  const args = [PROGRAM, "login", remote.url, "--config-dir", folder.path, "--store", "file"];
  const env = programEnvironment(folder.path, browser.env);
  assert.equal((await new Command(spawn(process.execPath, args, { env })).end()).code, 0);

  const [asked, askedIssuer] = [remote.server.ledger.length, issuer.server.ledger.length];
  const { length: before } = remote.server.to("mcp");
  const loaded = await start(t, remote.url, folder.path);
  await remote.server.arrival("mcp", before + REQUESTS.length);
  assert.deepEqual(requestsOf(remote.server.ledger.slice(asked)), REQUESTS);
  assert.equal(issuer.server.ledger.length, askedIssuer);
  within(loaded, LOADED["a stored grant"]);
});

/** Up to the list of tools. */
async function start(t: TestContext, url: string, configDir: string): Promise<Loaded> {
  const said = path.join(configDir, "loaded.json");
  const command = [process.execPath, "--require", PRELOAD, PROGRAM];
  const host = startHost({ args: [url], command, configDir, env: { LOADED_MODULES: said } });
  t.after(() => host.close());
  assert.ok((await host.initialize()).result, host.stderr);
  assert.ok((await host.request("tools/list")).result, host.stderr);
  return JSON.parse(readFileSync(said, "utf8")) as Loaded;
}

/** Sorted: the stream is opened beside the rest. */
function requestsOf(ledger: readonly Exchange[]): string[] {
  return ledger.map(({ method, json }) => `${method} ${isObject(json) ? json.method : "stream"}`).sort();
}

function within({ files, builtIns }: Loaded, limit: Limit): void {
  const list = files.map(({ url, characters }) => `${path.posix.basename(url)}: ${characters}`).join(", ");
  assert.ok(files.length <= limit.files, `${files.length} files: ${list}`);
  const characters = files.reduce((sum, one) => sum + one.characters, 0);
  assert.ok(characters <= limit.characters, `${characters} characters: ${list}`);
  const known = new Set([...limit.builtIns, ...broughtByHttp()]);
  assert.deepEqual(
    builtIns.filter((name) => !known.has(name)),
    [],
  );
}

/** Newer releases of Node load more for it. */
function broughtByHttp(): readonly string[] {
  const folder = temporaryFolder();
  try {
    const said = path.join(folder.path, "loaded.json");
    const code = 'process.getBuiltinModule("node:http"); process.stdout.write("loaded");';
    const env = { ...programEnvironment(folder.path), LOADED_MODULES: said };
    execFileSync(process.execPath, ["--require", PRELOAD, "--input-type=module", "-e", code], { env });
    return (JSON.parse(readFileSync(said, "utf8")) as Loaded).builtIns;
  } finally {
    folder.remove();
  }
}
