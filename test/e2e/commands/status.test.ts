// `status` beside everything that it tells of.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { LoginReport } from "../../../src/app/login/login.ts";
import type { StatusReport } from "../../../src/app/status/status-report.ts";
import { browserProgram } from "../../support/browsers/browser.ts";
import { runCommand } from "../../support/commands/run-command.ts";
import { assertSchema } from "../../support/commands/schemas.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import { openVault } from "../../support/stores/store.ts";

const CANARY = "canary-of-an-access-token-8842";

describe("status", { timeout: 60_000 }, async () => {
  const issuer = await startStrictIssuer();
  after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer, scope: "mcp:tools" });
  after(() => remote.close());

  test("[CLI-2][DIAG-1] three remotes, two profiles, a running bridge and a sign-in under way: in words and as JSON, without a secret", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const tab = browserProgram();
    t.after(() => tab.remove());
    const login = await runCommand(["login", remote.url, "--json"], folder.path, tab.env);
    const { outcome, scope, renews } = JSON.parse(login.stdout) as LoginReport;
    assertSchema("login", JSON.parse(login.stdout));
    assert.deepEqual([outcome, scope, renews], ["signed in", "mcp:tools", true]);
    for (const [saved, profile] of [
      ["https://one.example/mcp?key=secret-query", "default"],
      ["https://one.example/mcp?key=secret-query", "work"],
      ["https://two.example/mcp", "default"],
    ] as const)
      await openVault({ folder: folder.path, remote: saved, profile }).save(CANARY, profile);

    const signedIn = startHost({
      args: [remote.url, "--header", `X-Key: ${CANARY}`],
      configDir: folder.path,
      env: tab.env,
    });
    t.after(() => signedIn.close());
    await signedIn.initialize();
    const waiting = startHost({
      args: [remote.url, "--profile", "second", "--no-browser"],
      configDir: folder.path,
    });
    t.after(() => waiting.close());
    await waiting.initialize();
    await waiting.stderrMatching(/Sign in at: /);

    const { stdout, code } = await runCommand(["status", "--json"], folder.path);
    assert.equal(code, 0);
    const report = JSON.parse(stdout) as StatusReport;
    assertSchema("status", report);
    const named = report.remotes.map((one) => `${one.remote} ${one.profile}: ${one.state}`);
    assert.deepEqual(named.sort(), [
      `${remote.url} default: signed in`,
      `${remote.url} second: not signed in`,
      "https://one.example/mcp?… default: signed in",
      "https://one.example/mcp?… work: signed in",
      "https://two.example/mcp default: signed in",
    ]);
    const own = report.remotes.find(
      ({ remote: url, profile }) => url === remote.url && profile === "default",
    );
    assert.equal(own?.issuer, issuer.url);
    assert.equal(own?.scope, "mcp:tools");
    assert.equal(own?.renews, true);
    assert.equal(own?.client?.registration, "dynamic");
    assert.deepEqual([own?.era, own?.transport, own?.tools], ["legacy", "http", remote.tools.length]);
    assert.equal(own?.key, "file");
    const second = report.remotes.find(({ profile }) => profile === "second");
    assert.equal(second?.signIn?.process, waiting.child.pid);
    assert.ok(second?.signIn?.url.startsWith(issuer.endpoint("authorize")));
    const running = report.processes.filter(({ remote: url }) => url === remote.url);
    assert.deepEqual(
      running.map(({ pid, profile, command }) => ({ pid, profile, command })).sort((a, b) => a.pid - b.pid),
      [
        { pid: signedIn.child.pid, profile: undefined, command: "bridge" },
        { pid: waiting.child.pid, profile: "second", command: "bridge" },
      ],
    );
    assert.ok(
      running.every(({ host }) => host !== undefined),
      "who started them",
    );

    const words = (await runCommand(["status"], folder.path)).stdout;
    assert.match(words, /profile second\)\n {2}sign-in +not signed in/);
    assert.match(words, /under way +sign in at/);
    const long = words.split("\n").filter((line) => line.length > 80 && !/https?:|Saved in/.test(line));
    assert.deepEqual(long, []);
    for (const text of [stdout, words]) {
      assert.ok(!text.includes(CANARY) && !text.includes("secret-query"));
      assert.doesNotMatch(text, /\u001b/);
    }
    const one = JSON.parse(
      (await runCommand(["status", remote.url, "--json"], folder.path)).stdout,
    ) as StatusReport;
    assert.deepEqual(one.remotes.map(({ profile }) => profile).sort(), ["default", "second"]);
    await signedIn.endInput();
    await waiting.endInput();
    const out = JSON.parse((await runCommand(["logout", "--all", "--json"], folder.path)).stdout) as {
      remotes: { revoked?: string }[];
    };
    assertSchema("logout", out);
    assert.equal(out.remotes.filter(({ revoked }) => revoked === "yes").length, 1);
  });

  test("[CLI-2] a record that cannot be read is named with what to do; a failure is JSON, too", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const vault = openVault({ folder: folder.path });
    await vault.save(CANARY);
    writeFileSync(vault.file, "garbled", { mode: 0o600 });
    const { stdout } = await runCommand(["status", "--json"], folder.path);
    const report = JSON.parse(stdout) as StatusReport;
    assertSchema("status", report);
    assert.equal(report.remotes[0]?.state, "unreadable");
    assert.equal(report.remotes[0]?.problem?.code, "LOCAL_VAULT_BROKEN");
    assert.match((await runCommand(["status"], folder.path)).stdout, /LOCAL_VAULT_BROKEN/);

    const failed = await runCommand(["status", "http://example.com/mcp", "--json"], folder.path);
    assert.equal(failed.code, 2);
    const error: unknown = JSON.parse(failed.stdout);
    assertSchema("error", error);
  });
});
