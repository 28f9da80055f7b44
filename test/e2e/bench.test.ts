// The benchmark itself, each part once with the smallest counts: no figure means anything, but every one is there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { FLOOR, OWN } from "../bench/candidates.ts";
import type { Report } from "../bench/report.ts";
import { Command } from "../support/processes/command.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";

const EVERYWHERE = [
  "start.ms",
  "grant.file.ms",
  "calls.p50Ms",
  "flood.json.perSecond",
  "flood.sse.perSecond",
].concat(["payload.json.1.ms", "payload.sse.1.ms", "payload.upload.1.ms", "many.ms"]);
const ON_LINUX = [
  "start.cpuMs",
  "idle.rssMb",
  "idle.privateMb",
  "refresh.privateMb",
  "signIn.privateMb",
].concat(["used.privateMb", "calls.cpuMs", "flood.json.cpuMs", "many.cpuMs", "many.privateMb"]);

test("the benchmark measures the program beside the floor", {
  timeout: 80_000,
}, async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const out = path.join(folder.path, "bench.json");
  const main = path.join(PROJECT, "build", "test", "bench", "main.js");
  const args = [main, "--smallest", "--out", out];
  const { code, stdout, stderr } = await new Command(
    spawn(process.execPath, args, { timeout: 75_000 }),
  ).end();
  assert.equal(code, 0, stdout + stderr);

  const report = JSON.parse(readFileSync(out, "utf8")) as Report;
  assert.deepEqual(report.candidates, [FLOOR, OWN]);
  assert.deepEqual([report.node, report.failures], [process.version, []]);
  const rows = new Map(report.rows.map((row) => [row.metric, row]));
  for (const metric of [...EVERYWHERE, ...(process.platform === "linux" ? ON_LINUX : [])]) {
    const { [OWN]: own, [FLOOR]: floor } = rows.get(metric)?.figures ?? {};
    assert.ok(own && own.median > 0 && floor && floor.median > 0 && own.ratio, metric);
    assert.ok(stdout.includes(`| ${rows.get(metric)?.what} |`), metric);
  }
});
