import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readStaticClient } from "../../../../src/cli/inputs/client-info.ts";
import { resolvePath } from "../../../../src/cli/inputs/files.ts";
import { readJsonArgument } from "../../../../src/cli/inputs/json-argument.ts";
import { type Failure, isFailure } from "../../../../src/core/failure/failure.ts";

const folder = mkdtempSync(path.join(tmpdir(), "drawbridge-json-"));
after(() => rmSync(folder, { recursive: true }));
const context = {
  cwd: folder,
  env: { SECRET: 'a"b' },
  platform: "linux" as const,
  used: new Set<string>(),
  named: (flag: string) => flag,
};
const noKeychain = () => Promise.reject(new Error("not asked"));
const flag = "--static-oauth-client-info";
const read = (text: string) => readJsonArgument(flag, text, context);

async function refusal(action: () => unknown): Promise<Failure> {
  try {
    await action();
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error("accepted");
}

test("[REG-9] inline JSON, and a file with a byte order mark", async () => {
  assert.deepEqual(await read('{"client_id":"x"}'), { client_id: "x" });
  writeFileSync(path.join(folder, "info.json"), '\uFEFF{"client_id":"y"}');
  assert.deepEqual(await read("@info.json"), { client_id: "y" });
});

test("[REG-9] variables are replaced inside strings, never as structure", async () => {
  assert.deepEqual(await read('{"client_id":"x","client_secret":"${SECRET}"}'), {
    client_id: "x",
    client_secret: 'a"b',
  });
});

test("[REG-9] a missing variable is named", async () => {
  const failure = await refusal(() => read('{"client_id":"${NOPE}"}'));
  assert.equal(failure.code, "USAGE_MISSING_VARIABLE");
  assert.match(failure.message, /NOPE/);
});

test("[REG-9] of a missing file, its path is named as far as it exists", async () => {
  const failure = await refusal(() => read("@nowhere.json"));
  assert.equal(failure.code, "USAGE_MISSING_FILE");
  assert.ok(failure.message.includes(`"${folder}" exists`), failure.message);
  assert.doesNotMatch(failure.message, /nowhere/);
});

test("[REG-9] bad JSON in a file is shown with file and position, without its text", async () => {
  writeFileSync(path.join(folder, "bad.json"), '{\n  "client_id": "x"\n  "client_secret": "hush"\n}');
  const failure = await refusal(() => read("@bad.json"));
  assert.equal(failure.code, "USAGE_BAD_JSON");
  assert.match(failure.message, /bad\.json.* line 3, column 3/);
  assert.doesNotMatch(failure.message, /hush/);
});

for (const mangled of ["{client_id:x}", "{ client_id: my-client, client_secret: hush }", "'{client_id:x}'"]) {
  test(`[REG-9] ${mangled} is recognised as JSON whose quotes a shell ate`, async () => {
    const failure = await refusal(() => read(mangled));
    assert.equal(failure.code, "USAGE_BAD_JSON");
    assert.match(failure.hint, /--static-oauth-client-info @/);
    assert.doesNotMatch(failure.message, /hush/);
  });
}

test("[REG-9] ~ and Windows variables in paths", async () => {
  assert.match(resolvePath("~/x.json", context), /^\/.+\/x\.json$/);
  const windows = {
    cwd: "/",
    env: { APPDATA: "/roaming" },
    platform: "win32" as const,
  };
  assert.equal(resolvePath("%APPDATA%/x.json", windows), "/roaming/x.json");
});

test("[REG-9] a client needs an id, and a known method", async () => {
  assert.equal((await readStaticClient({ client_id: "x" }, noKeychain)).clientId, "x");
  assert.equal((await refusal(() => readStaticClient({}, noKeychain))).code, "USAGE_BAD_ARGUMENT");
  assert.equal(
    (await refusal(() => readStaticClient({ client_id: 5 }, noKeychain))).code,
    "USAGE_BAD_ARGUMENT",
  );
  assert.match(
    (
      await refusal(() =>
        readStaticClient({ client_id: "x", token_endpoint_auth_method: "magic" }, noKeychain),
      )
    ).message,
    /must be one of none, /,
  );
});
