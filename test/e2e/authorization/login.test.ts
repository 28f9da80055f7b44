// `login` and `logout` as a person types them.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

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

    const out = await start(["logout", remote.url], folder.path).end();
    assert.match(out.stdout, /the issuer has revoked the sign-in/);
    assert.ok(issuer.server.to("revoke").length > 0);
    assert.match((await start(["logout", remote.url], folder.path).end()).stdout, /^Nobody was signed in/);
    issuer.assertClean();
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
    assert.equal(events.match(/"step":"Revoking the sign-in"/g)?.length, 4, "two tokens of each sign-in");
    assert.deepEqual(
      readdirSync(path.join(folder.path, "vault")).filter((name) => name.endsWith(".vault")),
      [],
    );
    assert.match(
      (await start(["logout", "--all"], folder.path).end()).stdout,
      /^Nobody is signed in anywhere/,
    );
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

class Command {
  readonly child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  /** Waits until standard error matches; the first group. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#stderr);
      if (found) return found[1] ?? found[0];
      assert.equal(this.child.exitCode, null, this.#stderr);
      await once(this.child.stderr ?? this.child, "data");
    }
  }

  async end(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    if (this.child.exitCode === null) await once(this.child, "close");
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
