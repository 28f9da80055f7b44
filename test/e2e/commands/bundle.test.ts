// `doctor --bundle`: what is sent to somebody has no secret in it. `completion`: shells take what it prints.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { browserProgram } from "../../support/browsers/browser.ts";
import { runCommand } from "../../support/commands/run-command.ts";
import { runInside } from "../../support/commands/run-inside.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { findProgram, needed } from "../../support/project/parts.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

const SECRETS = [
  "canary-header-55127",
  "canary-query-81723",
  "canary-param-99127",
  "canary-client-secret-41992",
] as const;

test("[CLI-2][DIAG-1] doctor --bundle writes versions, settings, result and log, and no secret", async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const tab = browserProgram();
  t.after(() => tab.remove());
  const [header, query, param, clientSecret] = SECRETS;
  const state = path.join(folder.path, "state");
  await runCommand(["login", `${remote.url}?key=${query}`, "--debug"], state, tab.env);
  const client = path.join(folder.path, "client.json");
  writeFileSync(
    client,
    JSON.stringify({ client_id: "known-client", client_secret: clientSecret, issuer: issuer.url }),
  );
  const file = path.join(folder.path, "bundle.tar.gz");
  const flags = [
    "--header",
    `X-Key: ${header}`,
    "--authorize-param",
    `a=${param}`,
    "--static-oauth-client-info",
    `@${client}`,
  ];
  const said = await runCommand(
    ["doctor", `${remote.url}?key=${query}`, "--bundle", file, ...flags],
    state,
    tab.env,
  );
  assert.match(said.stderr, /versions\.json, settings\.json, doctor\.json, doctor\.txt, debug\.jsonl/);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const out = path.join(folder.path, "out");
  mkdirSync(out);
  execFileSync("tar", ["-xzf", file, "-C", out]);
  assert.deepEqual(readdirSync(out).sort(), [
    "debug.jsonl",
    "doctor.json",
    "doctor.txt",
    "settings.json",
    "versions.json",
  ]);
  const settings = JSON.parse(readFileSync(path.join(out, "settings.json"), "utf8")) as Record<
    string,
    unknown
  >;
  assert.equal(settings.remote, `${remote.url}?…`);
  const all = gunzipSync(readFileSync(file)).toString("latin1") + said.stdout + said.stderr;
  for (const secret of [...SECRETS, ...issuer.state.tokens.keys(), ...issuer.state.codes.keys()])
    assert.ok(!all.includes(secret), secret.slice(0, 14));
});

for (const shell of ["bash", "zsh", "fish", "powershell"])
  test(`[CLI-2] completion ${shell} names commands and flags`, async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const { stdout, code } = await runInside(["completion", shell, "--config-dir", folder.path]);
    assert.equal(code, 0);
    assert.match(stdout, /doctor/);
    assert.match(stdout, /ca-file/);
    if (shell !== "bash" || needed(t, "bash", findProgram("bash")) === undefined) return;
    const ask = 'COMP_WORDS=(mcp-drawbridge do); COMP_CWORD=1; _mcp_drawbridge; echo "${COMPREPLY[@]}"';
    assert.equal(spawnSync("bash", ["-c", `${stdout}\n${ask}`], { encoding: "utf8" }).stdout, "doctor\n");
  });
