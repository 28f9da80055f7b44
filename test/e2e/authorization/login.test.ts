// `login` and `logout` as a person types them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { Command } from "../../support/processes/command.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { OldSseRemote } from "../../support/remotes/old-sse-remote.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";
import type { Override } from "../../support/remotes/scripted-server.ts";

describe("login and logout", { timeout: 30_000 }, async () => {
  const issuer = await startStrictIssuer();
  after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  after(() => remote.close());

  function start(words: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}) {
    const args = [PROGRAM, ...words, "--config-dir", folder, "--store", "file"];
    return new Command(spawn(process.execPath, args, { env: programEnvironment(folder, env) }));
  }

  test("[TOK-10] signs in ahead of time, says so the second time, and signs out at the issuer", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const tab = browserProgram();
    t.after(() => tab.remove());

    const first = await start(["login", remote.url], folder.path, tab.env).end();
    assert.match(first.stdout, /^Signed in to http/);
    assert.equal(first.code, 0);
    const second = await start(["login", remote.url], folder.path, tab.env).end();
    assert.match(second.stdout, /signed in to .* already/);
    assert.equal(tab.opened().length, 1);

    const host = startHost({ args: [remote.url], configDir: folder.path, env: tab.env });
    assert.ok((await host.initialize()).result);
    await host.endInput();
    assert.equal(tab.opened().length, 1, "the host needed no sign-in of its own");
    const again = await start(["login", remote.url, "--again"], folder.path, tab.env).end();
    assert.match(again.stdout, /^Signed in to http/);
    assert.equal(tab.opened().length, 2, "--again signs in anew");

    const out = await start(["logout", remote.url], folder.path).end();
    assert.match(out.stdout, /the issuer revoked the tokens/);
    assert.ok(issuer.server.to("revoke").length > 0);
    assert.match((await start(["logout", remote.url], folder.path).end()).stdout, /^You were not signed in/);
    issuer.assertClean();
  });

  test("[LIFE-1] what the remote lists is remembered for the first host, even where it cannot be reached by then", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const tab = browserProgram();
    t.after(() => tab.remove());
    const own = await startProtectedRemote({ issuer });
    t.after(() => own.close());
    const { url } = own;
    const { stdout } = await start(["login", url], folder.path, tab.env).end();
    const { length } = own.tools;
    assert.match(stdout, new RegExp(`^Signed in to .*\\. It has ${length} tools?\\.$`, "m"));
    assert.equal(own.sessions.size, 0, "its session is ended");
    await own.close();
    const host = startHost({ args: [url], configDir: folder.path, env: tab.env });
    await host.initialize();
    const { result } = await host.request("tools/list");
    assert.deepEqual(result, { tools: own.tools });
    await host.endInput();
  });

  test("[AUTH-12] a pasted redirect address finishes the sign-in", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const command = start(["login", remote.url, "--no-browser"], folder.path);
    const address = await command.said(/Sign in at: (\S+)/);
    // The person's browser is elsewhere: it ends at a page that cannot be reached.
    const last = (await fetch(address, { redirect: "manual" })).headers.get("location");
    command.child.stdin?.write("https://example.com/wrong?code=1\n");
    await command.said(/That is not the address/);
    command.child.stdin?.write(`${last}\n`);
    const { stdout, code } = await command.end();
    assert.match(stdout, /^Signed in to http/);
    assert.equal(code, 0);
    issuer.assertClean();
  });

  for (const [what, spoil] of [
    ["is garbled", (file: string) => writeFileSync(file, "garbled", { mode: 0o600 })],
    ["is far too large", (file: string) => truncateSync(file, 17 * 1024 * 1024)],
  ] as const)
    test(`[TOK-10][LIM-1] a saved sign-in that ${what} is deleted by logout, with what was set aside of it`, async (t) => {
      const folder = temporaryFolder();
      t.after(() => folder.remove());
      const tab = browserProgram();
      t.after(() => tab.remove());
      await start(["login", remote.url], folder.path, tab.env).end();
      const vault = path.join(folder.path, "vault");
      const saved = () => readdirSync(vault).filter((name) => name.includes(".vault"));
      spoil(path.join(vault, saved()[0] ?? assert.fail("nothing was saved")));
      const { code, stdout } = await start(["logout", remote.url], folder.path).end();
      assert.equal(code, 0, stdout);
      assert.deepEqual(saved(), []);
    });

  test("[TOK-10] [DIAG-2] --all signs out everywhere, whatever flags the sign-in was made with", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const tab = browserProgram();
    t.after(() => tab.remove());
    await start(["login", remote.url, "--profile", "work"], folder.path, tab.env).end();
    await start(["login", remote.url], folder.path, tab.env).end();
    const out = await start(["logout", "--all", "--debug"], folder.path).end();
    assert.equal(out.stdout.trim().split("\n").length, 2, out.stdout);
    assert.equal(out.code, 0, out.stdout);
    const [log = "", ...others] = readdirSync(path.join(folder.path, "logs"));
    assert.deepEqual(others, [], "the whole story is in one file");
    const events = readFileSync(path.join(folder.path, "logs", log), "utf8");
    // Noted when it is asked for, and when it is answered.
    assert.equal(events.match(/"step":"Revoking the sign-in"/g)?.length, 8, "two tokens of each sign-in");
    assert.deepEqual(
      readdirSync(path.join(folder.path, "vault")).filter((name) => name.endsWith(".vault")),
      [],
    );
    assert.match((await start(["logout", "--all"], folder.path).end()).stdout, /^No saved sign-ins/);
  });

  const notMcp = { status: 404, headers: { "content-type": "text/plain" }, body: "no such page" };
  const rpcError = { jsonrpc: "2.0", id: null, error: { code: -32_603, message: "database is away" } };
  const refusal: Override = ({ json }) => ({ body: { ...rpcError, id: (json as { id?: string })?.id } });
  const answers: [what: string, answer: Override, said: RegExp, code: string][] = [
    ["a wrong address", notMcp, /answered 404, in its own words "no such page"/, "REMOTE_NOT_MCP"],
    ["a closed door", { status: 403 }, /answered 403/, "AUTH_INSUFFICIENT_SCOPE"],
    [
      "a fault",
      { status: 500, body: rpcError },
      /refused the handshake, in its own words "database is away"/,
      "REMOTE_HTTP_ERROR",
    ],
    ["a server that is away", { status: 503 }, /answered 503/, "REMOTE_HTTP_ERROR"],
    ["one that is busy", { status: 429, headers: { "retry-after": "9" } }, /wait 9 s/, "REMOTE_BUSY"],
    [
      "a web page",
      { headers: { "content-type": "text/html" }, body: "<html>" },
      /"text\/html"/,
      "REMOTE_NOT_MCP",
    ],
    ["an empty object", { body: {} }, /sent an answer that/, "REMOTE_BAD_ANSWER"],
    ["a refusal", refusal, /refused the handshake, in its own words "database is away"/, "REMOTE_HTTP_ERROR"],
    ["nothing", { status: 202 }, /promised no answer/, "REMOTE_NO_ANSWER"],
    [
      "a redirect to elsewhere",
      { status: 308, headers: { location: "http://example.com/mcp" } },
      /answered 308, a redirect to http:\/\/example\.com\/mcp, which was not followed/,
      "REMOTE_REDIRECT",
    ],
  ];

  for (const [what, answer, said, failure] of answers) {
    test(`[CLI-1] login at ${what} says so, by its exit code, too`, async (t) => {
      const folder = temporaryFolder();
      t.after(() => folder.remove());
      const other = await startProtectedRemote();
      t.after(() => other.close());
      other.server.script("mcp", answer);
      const { code, stderr, stdout } = await start(["login", other.url], folder.path).end();
      assert.equal(stdout, "");
      assert.match(stderr, said);
      assert.match(stderr, new RegExp(failure));
      assert.equal(code, failure.startsWith("AUTH") ? 4 : 5, stderr);
    });
  }

  test("[NET-11] login follows a redirect at the same origin, with repeated headers joined", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const other = new ScriptedRemote();
    await other.listen();
    t.after(() => other.close());
    other.server.script("elsewhere", { status: 307, headers: { location: "/mcp" } });
    const headers = ["--header", "X-Team: a", "--header", "X-Team: b"];
    const url = `${other.server.origin}/old`;
    const { code, stderr, stdout } = await start(["login", url, ...headers], folder.path).end();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /does not ask for a sign-in/);
    for (const { headers } of other.server.ledger) assert.equal(headers["x-team"], "a, b");
    assert.equal(other.sessions.size, 0, "the session was ended");
  });

  test("[NET-7] login knows a remote of the older transport", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const other = new OldSseRemote();
    await other.listen();
    t.after(() => other.close());
    const { code, stderr, stdout } = await start(["login", other.url], folder.path).end();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /does not ask for a sign-in/);
  });

  test("[CLI-1] an interrupted login is no bug and exits with 130", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const other = await startProtectedRemote();
    t.after(() => other.close());
    other.server.script("mcp", { hang: true });
    const command = start(["login", other.url], folder.path);
    await other.server.arrival("mcp");
    command.child.kill("SIGINT");
    const { code, stderr } = await command.end();
    assert.equal(code, 130, stderr);
    assert.match(stderr, /INTERRUPTED/);
  });

  test("[CLI-1] a failed login says why and exits with the family's code", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const { code, stderr, stdout } = await start(["login", "http://127.0.0.1:1/mcp"], folder.path).end();
    assert.equal(code, 3);
    assert.match(stderr, /NETWORK_REFUSED/);
    assert.equal(stdout, "");
  });
});
