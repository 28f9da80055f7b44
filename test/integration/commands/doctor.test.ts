// `doctor` against worlds that are broken in one place each: which line says so, and whose move it is.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { DoctorReport } from "../../../src/app/doctor/doctor-report.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { scriptedBrowser } from "../../support/browsers/browser.ts";
import { NETWORK_WORLDS, SECRET } from "../../support/commands/network-worlds.ts";
import { runInside } from "../../support/commands/run-inside.ts";
import { assertSchema } from "../../support/commands/schemas.ts";
import { SIGN_IN_WORLDS } from "../../support/commands/sign-in-worlds.ts";
import type { World } from "../../support/commands/world.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

describe("doctor", () => {
  for (const world of [...NETWORK_WORLDS, ...SIGN_IN_WORLDS])
    test(`[CLI-2][DIAG-1] doctor names ${world.what}, and whose move it is`, async (t) => {
      const { report, stdout } = await examine(t, world);
      const line = report.lines.find(({ id }) => id === world.id) ?? assert.fail(stdout);
      const { verdict, party, code, remedy } = line;
      const wanted = { verdict: world.verdict ?? "fail", party: world.party, code: world.code };
      assert.deepEqual({ verdict, party, code }, wanted, JSON.stringify(report.lines, undefined, 1));
      assert.ok((remedy ?? "").length > 10);
      assert.equal(report.exitCode, world.exitCode, JSON.stringify(report.lines, undefined, 1));
    });

  test("[CLI-2] where all is well, doctor names the tools and exits with 0", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const issuer = await startStrictIssuer();
    t.after(() => issuer.close());
    const remote = await startProtectedRemote({ issuer });
    t.after(() => remote.close());
    const env = { DISPLAY: ":0", DRAWBRIDGE_VAULT_KEY: "A".repeat(43) };
    const words = [remote.url, "--config-dir", folder.path];
    const login = await runInside(["login", ...words], env, { browser: scriptedBrowser() });
    assert.equal(login.code, 0, login.stderr);
    const { stdout, code } = await runInside(["doctor", ...words, "--json"], env);
    const report = JSON.parse(stdout) as DoctorReport;
    assertSchema("doctor", report);
    assert.equal(code, 0, stdout);
    const tools = report.lines.find(({ id }) => id === "tools");
    assert.ok(tools?.found.includes(`${remote.tools.length} tool`), stdout);
    assert.ok(report.lines.every(({ found }) => found !== ""));
    assert.match((await runInside(["doctor", ...words], env)).stdout, /Everything works\.$/m);
    issuer.assertClean();
    remote.assertClean();
  });

  test("[CLI-2] [DISC-12] doctor takes endpoints by hand for what the issuer publishes", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const issuer = await startStrictIssuer({ metadataAt: [] });
    t.after(() => issuer.close());
    const remote = await startProtectedRemote({ metadataAt: "none", issuer });
    t.after(() => remote.close());
    const given = ["authorize", "token", "register"].map((name) => issuer.endpoint(name));
    const [page = "", tokens = "", clients = ""] = given;
    const flags = ["--authorization-endpoint", page, "--token-endpoint", tokens];
    const words = [remote.url, ...flags, "--registration-endpoint", clients, "--store", "memory"];
    const { stdout } = await runInside(["doctor", ...words, "--config-dir", folder.path, "--json"]);
    const report = JSON.parse(stdout) as DoctorReport;
    assertSchema("doctor", report);
    for (const id of ["resource-metadata", "issuer-metadata", "pkce", "client", "redirect"])
      assert.equal(report.lines.find((line) => line.id === id)?.verdict, "pass", stdout);
    assert.match(stdout, /as you gave it by hand/);
    assert.equal(issuer.server.ledger.length, 0);
  });

  test("[CLI-2] without a URL doctor looks at this computer alone", async (t) => {
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const { stdout, code } = await runInside([
      "doctor",
      "--json",
      "--config-dir",
      folder.path,
      "--store",
      "file",
    ]);
    const report = JSON.parse(stdout) as DoctorReport;
    assertSchema("doctor", report);
    assert.equal(report.remote, undefined);
    assert.deepEqual(
      report.lines.map(({ id }) => id),
      ["node", "folder", "keychain", "browser", "proxy-variables", "hosts"],
    );
    assert.equal(code, report.exitCode);
  });
});

async function examine(t: TestContext, world: World): Promise<{ report: DoctorReport; stdout: string }> {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const issuer = await startStrictIssuer(world.issuer ?? {});
  t.after(() => issuer.close());
  const tls = world.tls?.();
  const remote = await startProtectedRemote({ issuer, ...world.remote, ...(tls !== undefined && { tls }) });
  t.after(() => remote.close());
  for (const [server, place, answer] of [
    [remote.server, "mcp", world.mcp],
    [remote.server, "resource-metadata", world.resourceDocument],
    [issuer.server, "metadata", world.issuerDocument],
  ] as const)
    if (answer !== undefined) server.script(place, answer);
  const words = (await world.words?.(t, remote.url, folder.path)) ?? [remote.url];
  const system = createSystemClock();
  const clock = { ...system, nowMs: () => system.nowMs() + (world.aheadMs ?? 0) };
  const flags = ["--config-dir", folder.path, "--store", "memory"];
  const saved = world.id === "folder" ? ["--config-dir", folder.path] : flags;
  const before = process.env.HTTPS_PROXY;
  Object.assign(process.env, world.env);
  t.after(() => {
    if (before === undefined) delete process.env.HTTPS_PROXY;
    else process.env.HTTPS_PROXY = before;
  });
  const env = { DISPLAY: ":0", DRAWBRIDGE_VAULT_KEY: "A".repeat(43), ...world.env };
  const said = await runInside(["doctor", ...words, ...saved, "--json"], env, { clock });
  const report = JSON.parse(said.stdout) as DoctorReport;
  assertSchema("doctor", report);
  assert.equal(said.code, report.exitCode);
  const text = (await runInside(["doctor", ...words, ...saved], env, { clock })).stdout;
  for (const each of [said.stdout, said.stderr, text]) assert.ok(!each.includes(SECRET));
  return { report, stdout: text };
}
