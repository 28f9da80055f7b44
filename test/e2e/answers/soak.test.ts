import { test } from "node:test";
import { assertSound, soak } from "../../support/hosts/soak.ts";
import { needed } from "../../support/project/parts.ts";

const SECONDS = 30;

// `npm run test:soak` does the same for ten minutes.
test("half a minute of flapping: every call has its answer, and nothing grows", {
  timeout: (SECONDS + 60) * 1_000,
}, async (t) => {
  if (!needed(t, "/proc", process.platform === "linux" ? true : undefined)) return;
  const result = await soak(SECONDS);
  const { samples, ...counts } = result;
  t.diagnostic(`${JSON.stringify(counts)}, ${samples.at(-1)?.rssKiB} KiB at the end`);
  assertSound(result, SECONDS);
});
