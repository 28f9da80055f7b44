import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { AssertionSource } from "../../../src/core/settings.ts";
import { assertions } from "../../../src/platform/assertion-source.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";

const folder = temporaryFolder();
const never = new AbortController().signal;

after(() => folder.remove());

/** Prints in a shell of any system. */
const printing = (code: string): AssertionSource => ({
  kind: "command",
  command: `"${process.execPath}" -e "${code}"`,
});

function fileWith(name: string, text: string): AssertionSource {
  const file = path.join(folder.path, name);
  writeFileSync(file, text);
  return { kind: "file", path: file };
}

test("[AUTH-13] an assertion is what a file holds or a command prints, without the line end", async () => {
  const read = async (source: AssertionSource) => (await assertions.read(source, never)).reveal();
  assert.equal(await read(fileWith("token", "from.a.file\r\n")), "from.a.file");
  assert.equal(await read(printing("console.log('from.a.command')")), "from.a.command");
});

test("[AUTH-13] a file that is renewed in place is read anew", async () => {
  const source = fileWith("renewed", "first");
  assert.equal((await assertions.read(source, never)).reveal(), "first");
  fileWith("renewed", "second");
  assert.equal((await assertions.read(source, never)).reveal(), "second");
});

const faults: [
  what: string,
  source: () => AssertionSource,
  code: "USAGE_BAD_ARGUMENT" | "USAGE_MISSING_FILE",
][] = [
  ["an empty file", () => fileWith("empty", "\n"), "USAGE_BAD_ARGUMENT"],
  ["no file", () => ({ kind: "file", path: path.join(folder.path, "absent") }), "USAGE_MISSING_FILE"],
  ["a command that prints nothing", () => printing("0"), "USAGE_BAD_ARGUMENT"],
  [
    "a command that fails",
    () => printing("console.log('h'+'ush'); console.error('h'+'ush'); process.exit(3)"),
    "USAGE_BAD_ARGUMENT",
  ],
];

for (const [what, source, code] of faults) {
  test(`[AUTH-13] [DIAG-1] ${what} is named, and nothing of its output`, async () => {
    await assert.rejects(
      assertions.read(source(), never),
      (error) => isFailure(error, code) && !error.message.includes("hush"),
    );
  });
}

test("[AUTH-13] a command ends with whoever asked for it", async () => {
  const stop = new AbortController();
  const reading = assertions.read(printing("setInterval(() => {}, 1000)"), stop.signal);
  stop.abort(new Error("asked to stop"));
  await assert.rejects(reading, /asked to stop/);
});
