import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { after, test } from "node:test";
import type { Diagnostics } from "../../../src/core/ports/diagnostics.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { VERSION } from "../../../src/core/version.ts";
import { createDiagnostics } from "../../../src/platform/logging/diagnostics.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

const root = temporaryFolder();
let folders = 0;
const posix = process.platform === "win32" ? "needs POSIX modes" : false;

after(() => root.remove());

interface Wanted {
  readonly debug?: boolean;
  readonly silent?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly folder?: string;
}

function make({
  debug = false,
  silent = false,
  env = {},
  folder = path.join(root.path, `${folders++}`),
}: Wanted) {
  const stderr = new PassThrough();
  const clock = manualClock();
  const diagnostics = createDiagnostics({ settings: { debug, silent }, folder, env, clock, stderr });
  const printed = (): string => String(stderr.read() ?? "");
  const file = (): string => readFileSync(diagnostics.path ?? "", "utf8");
  return { diagnostics, clock, printed, file, folder, stderr };
}

/** Says every canary in every way the program has. */
const CANARY = "cAnAry0123456789abcdef";
function sayEverything(diagnostics: Diagnostics): void {
  const jwt = `eyJhbGciOiJub25lIn0.${CANARY}.${CANARY}`;
  const texts = [
    `authorization: Bearer ${CANARY}`,
    `http://localhost/cb?code=${CANARY}&state=abc`,
    `{"refresh_token":"${CANARY}"}`,
    `grant_type=x&code_verifier=${CANARY}&client_secret=${CANARY}`,
    jwt,
    `plain-${CANARY}-known`,
  ];
  for (const text of texts) {
    diagnostics.event("canary.sings", { text, url: text, accessToken: text });
    diagnostics.notice(text);
  }
  diagnostics.event("canary.sings", { text: `${new Secret(CANARY)}` });
}

test("[DIAG-2] --debug writes a line of JSON for each event, with time, offset and process", async () => {
  const { diagnostics, clock, file } = make({ debug: true });
  assert.ok(diagnostics.enabled);
  await clock.advance(1_500);
  diagnostics.event("http.answered", {
    status: 200,
    reused: false,
    type: undefined,
    url: "https://a.example/",
  });
  const [first = "", line = ""] = file().trimEnd().split("\n");
  const { event, version, node } = JSON.parse(first);
  assert.deepEqual([event, version, node], ["program.started", VERSION, process.version]);
  assert.deepEqual(JSON.parse(line), {
    time: "2026-01-01T00:00:01.500Z",
    at: 1500,
    pid: process.pid,
    event: "http.answered",
    status: 200,
    reused: false,
    url: "https://a.example/",
  });
  diagnostics.close();
});

test("[DIAG-2] the file's path is told once; the file is its owner's alone", { skip: posix }, () => {
  const { diagnostics, printed } = make({ debug: true });
  const file = diagnostics.path ?? "";
  assert.ok(printed().includes(file));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
  diagnostics.event("x.y");
  assert.equal(printed(), "");
  diagnostics.close();
});

test("[DIAG-1] no canary gets into the file, or onto stderr, at any level", async () => {
  const env = { DEBUG: "*" };
  new Secret(`plain-${CANARY}-known`);
  const { diagnostics, file, printed, stderr } = make({ debug: true, env });
  sayEverything(diagnostics);
  // `debug` is loaded when the first event comes.
  let text = printed();
  while (!text.includes("canary.sings")) {
    await new Promise((done) => stderr.once("readable", done));
    text += printed();
  }
  assert.doesNotMatch(text, /cAnAry/);
  assert.doesNotMatch(file(), /cAnAry/);
  assert.match(file(), /canary\.sings/);
  diagnostics.close();
});

test("[DIAG-1] nor without --debug", () => {
  const { diagnostics, printed } = make({});
  sayEverything(diagnostics);
  assert.equal(diagnostics.enabled, false);
  assert.equal(diagnostics.path, undefined);
  const text = printed();
  assert.match(text, /^mcp-drawbridge: /);
  assert.doesNotMatch(text, /cAnAry/);
});

test("[DIAG-1] DEBUG is narrowed to our own names: other packages print whole requests", () => {
  const rows: readonly (readonly [given: string, left: string, enabled: boolean])[] = [
    ["*", "drawbridge:*", true],
    ["drawbridge:http,express:*", "drawbridge:http", true],
    ["drawbridge:*,-drawbridge:http", "drawbridge:*,-drawbridge:http", true],
    ["https-proxy-agent", "", false],
  ];
  for (const [DEBUG, left, enabled] of rows) {
    const env: NodeJS.ProcessEnv = { DEBUG };
    assert.equal(make({ env }).diagnostics.enabled, enabled, DEBUG);
    assert.equal(env.DEBUG, left);
  }
});

test("[AUTH-12] an authorization URL in a notice can be used", () => {
  const { diagnostics, printed } = make({});
  const url = `https://issuer.example/authorize?state=abc123&x=${"y".repeat(2_000)}`;
  diagnostics.notice(`Open ${url}`);
  assert.ok(printed().includes(url));
});

test("[DIAG-3] control characters of others do not reach the terminal", () => {
  const { diagnostics, printed } = make({});
  diagnostics.notice("a\u001b[2Jb\nc");
  assert.equal(printed(), "mcp-drawbridge: a [2Jb c\n");
});

test("--silent still says what went wrong", () => {
  const { diagnostics, printed } = make({ silent: true });
  diagnostics.notice("The server is down.", "error");
  assert.match(printed(), /The server is down\./);
  diagnostics.close();
});

test("--silent says nothing, and writes the file all the same", () => {
  const { diagnostics, printed, file } = make({ debug: true, silent: true });
  diagnostics.notice("hello");
  assert.equal(printed(), "");
  assert.match(file(), /"event":"notice".*hello/);
  diagnostics.close();
});

test("[DIAG-2] a file is cut at 4 MiB; of old ones the newest four stay beside it", async () => {
  const folder = path.join(root.path, "rotated");
  const logs = path.join(folder, "logs");
  mkdirSync(logs, { recursive: true });
  for (let age = 1; age <= 9; age++) {
    const old = path.join(logs, `drawbridge-2025-${age}.jsonl`);
    writeFileSync(old, "{}\n");
    const atS = Date.UTC(2026, 0, 1) / 1_000 - age * 3_600;
    utimesSync(old, atS, atS);
  }
  writeFileSync(path.join(logs, "notes.txt"), "mine");
  const { diagnostics, clock } = make({ debug: true, folder });
  const kept = readdirSync(logs).sort();
  const old = [1, 2, 3, 4].map((age) => `drawbridge-2025-${age}.jsonl`);
  assert.deepEqual(kept, [...old, path.basename(diagnostics.path ?? ""), "notes.txt"].sort());
  const text = "x".repeat(1_900);
  const fill = async (lines: number) => {
    for (let line = 0; line < lines; line++) {
      if (line % 500 === 0) await clock.advance(1_000);
      diagnostics.event("x.y", { text });
    }
  };
  await fill(2_300);
  const own = () => readdirSync(logs).filter((name) => name.startsWith("drawbridge-2026"));
  assert.equal(own().length, 2);
  for (const name of own()) assert.ok(statSync(path.join(logs, name)).size < 4.1 * 1024 * 1024, name);
  await fill(16_000);
  assert.equal(own().length, 5, "of its own parts the first and the newest four");
  assert.ok(own().includes(path.basename(diagnostics.path ?? "")));
  diagnostics.close();
});

test("[DIAG-2] what is left out at the end is said too", () => {
  const { diagnostics, file } = make({ debug: true });
  for (let line = 0; line < 600; line++) diagnostics.event("x.y");
  diagnostics.close();
  const last = file().trimEnd().split("\n").at(-1) ?? "";
  const { at, event, of, dropped } = JSON.parse(last) as Record<string, unknown>;
  assert.deepEqual({ at, event, of, dropped }, { at: 0, event: "log.dropped", of: "x.y", dropped: 100 });
});

test("[VAULT-1] nothing is written through a link that lies in the folder's place", { skip: posix }, () => {
  const [folder, elsewhere] = [path.join(root.path, "linked"), path.join(root.path, "elsewhere")];
  for (const made of [folder, elsewhere]) mkdirSync(made);
  symlinkSync(elsewhere, path.join(folder, "logs"));
  const { diagnostics, printed } = make({ debug: true, folder });
  assert.equal(diagnostics.path, undefined);
  assert.match(printed(), /No debug file/);
  assert.deepEqual(readdirSync(elsewhere), []);
});

test("a folder that cannot be written costs the file, not the program", () => {
  const file = path.join(root.path, "in-the-way");
  writeFileSync(file, "");
  const { diagnostics, printed } = make({ debug: true, folder: file });
  assert.equal(diagnostics.path, undefined);
  assert.match(printed(), /No debug file could be made/);
  diagnostics.event("x.y");
  chmodSync(file, 0o600);
});

test("a stderr that breaks is not the end", () => {
  const { diagnostics, stderr, file } = make({ debug: true });
  stderr.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  diagnostics.notice("still here");
  assert.match(file(), /still here/);
});
