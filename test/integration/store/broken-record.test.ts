import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { Clock } from "../../../src/core/ports/clock.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

const free = new AbortController().signal;

test("[LIFE-3] who waits to set a broken record aside can leave", { timeout: 10_000 }, async (t) => {
  const temporary = temporaryFolder();
  t.after(temporary.remove);
  const folder = path.join(temporary.path, "data");
  const owner = openVault({ folder });
  await owner.save("token");
  const system = createSystemClock();
  const waiting = new EventEmitter();
  const clock: Clock = {
    ...system,
    sleep: (ms, signal) => {
      waiting.emit("pause");
      return system.sleep(ms, signal);
    },
  };
  await owner.exclusive("refresh", free, async () => {
    writeFileSync(owner.file, "broken", { mode: 0o600 });
    const reader = openVault({ folder, clock });
    for (const step of ["read", "signIn"] as const) {
      const leave = new AbortController();
      const paused = once(waiting, "pause");
      const reading = reader[step](leave.signal);
      await paused;
      leave.abort(new Error("left"));
      await assert.rejects(reading, /^Error: left$/);
    }
  });
});
