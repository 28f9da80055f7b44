// Logs are read from plain files only: something else may never begin, or never end.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { platform } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { followLog, newestLog, readLog } from "../../../src/platform/logging/read-log.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

test("[DIAG-2] a FIFO or a device is no log, and a line without end is none", async (t) => {
  if (platform() === "win32") return; // It has neither.
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  mkdirSync(path.join(folder.path, "logs"));
  const fifo = path.join(folder.path, "logs", "drawbridge-fifo.jsonl");
  execFileSync("mkfifo", [fifo]);
  assert.equal(await newestLog(folder.path), undefined);
  const follow = (file: string) =>
    followLog(file, createSystemClock(), AbortSignal.timeout(5_000), async () => undefined);
  for (const file of [fifo, "/dev/zero"]) {
    await assert.rejects(readLog(file), { code: "EINVAL" });
    await assert.rejects(follow(file), { code: "EINVAL" });
  }
  const endless = path.join(folder.path, "logs", "drawbridge-endless.jsonl");
  writeFileSync(endless, "x".repeat(2 << 20));
  assert.equal(await newestLog(folder.path), endless);
  await assert.rejects(follow(endless), { code: "EFBIG" });
});
