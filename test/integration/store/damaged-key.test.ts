import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

const FIRST = "https://first.example/mcp";
const SECOND = "https://second.example/mcp";
const namesIn = (folder: string, what: RegExp): string[] =>
  readdirSync(folder).filter((name) => what.test(name));

test("[VAULT-2] [VAULT-4] a damaged key file and the records that it locked are set aside and kept; what is saved next opens", async (t) => {
  const temporary = temporaryFolder();
  t.after(temporary.remove);
  const folder = path.join(temporary.path, "data");
  const [keys, vault] = [path.join(folder, "keys"), path.join(folder, "vault")];
  for (const remote of [FIRST, SECOND]) await openVault({ folder, remote }).save(`token of ${remote}`);
  const [key = ""] = namesIn(keys, /\.key$/);
  writeFileSync(path.join(keys, key), "dam", { mode: 0o600 });
  const before = namesIn(vault, /\.vault$/).map((name) => readFileSync(path.join(vault, name), "latin1"));

  for (const [remote, saysKey] of [
    [FIRST, true],
    [SECOND, false],
  ] as const) {
    const found = openVault({ folder, remote });
    assert.equal(await found.saved(), undefined);
    const said = found.notices.join("\n");
    assert.match(
      said,
      new RegExp(`sign-in for ${remote} could not be read; it was set aside as .*\\.vault\\.broken-`),
    );
    assert.equal(/The key file .* is damaged .* set aside as .*\.key\.broken-/.test(said), saysKey, said);
    assert.doesNotMatch(said, /lock/i);
    await found.save("new");
    assert.equal(await openVault({ folder, remote }).saved(), "new");
  }

  const [aside = "", ...more] = namesIn(keys, /\.key\.broken-/);
  assert.deepEqual(more, []);
  assert.equal(readFileSync(path.join(keys, aside), "utf8"), "dam");
  const kept = namesIn(vault, /\.vault\.broken-/).map((name) =>
    readFileSync(path.join(vault, name), "latin1"),
  );
  assert.deepEqual(kept.sort(), before.sort());
  assert.equal(namesIn(keys, /\.key$/).length, 1, "one new key for both");
});

test("[VAULT-2] [PROC-1] several who find the damage at once set it aside once, and have one new key", async (t) => {
  const temporary = temporaryFolder();
  t.after(temporary.remove);
  const folder = path.join(temporary.path, "data");
  const keys = path.join(folder, "keys");
  const remotes = Array.from({ length: 5 }, (_, at) => `https://remote-${at}.example/mcp`);
  for (const remote of remotes) await openVault({ folder, remote }).save("old");
  const [key = ""] = namesIn(keys, /\.key$/);
  writeFileSync(path.join(keys, key), "", { mode: 0o600 });
  const found = remotes.map((remote) => openVault({ folder, remote }));
  assert.deepEqual(
    await Promise.all(found.map((one) => one.saved())),
    remotes.map(() => undefined),
  );
  await Promise.all(found.map((one) => one.save("new")));
  const again = await Promise.all(remotes.map((remote) => openVault({ folder, remote }).saved()));
  assert.deepEqual(
    again,
    remotes.map(() => "new"),
  );
  assert.equal(found.flatMap(({ notices }) => notices).filter((text) => text.includes("key file")).length, 1);
  assert.deepEqual([namesIn(keys, /\.key$/).length, namesIn(keys, /\.key\.broken-/).length], [1, 1]);
});

test("[VAULT-4] an intact key that is another one locks the record, and nothing is moved", async (t) => {
  const temporary = temporaryFolder();
  t.after(temporary.remove);
  const folder = path.join(temporary.path, "data");
  await openVault({ folder }).save("token");
  const keys = path.join(folder, "keys");
  const [key = ""] = namesIn(keys, /\.key$/);
  const right = readFileSync(path.join(keys, key));
  writeFileSync(path.join(keys, key), `${"A".repeat(43)}\n`, { mode: 0o600 });
  const names = [...readdirSync(keys), ...readdirSync(path.join(folder, "vault"))];
  for (const step of ["saved", "save"] as const)
    await assert.rejects(openVault({ folder })[step]("x"), (error) => isFailure(error, "LOCAL_VAULT_LOCKED"));
  assert.deepEqual([...readdirSync(keys), ...readdirSync(path.join(folder, "vault"))], names);
  writeFileSync(path.join(keys, key), right, { mode: 0o600 });
  assert.equal(await openVault({ folder }).saved(), "token");
});
