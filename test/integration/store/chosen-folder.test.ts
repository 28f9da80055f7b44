// The folder that all others lie in: the platform's, or that of --config-dir.
import assert from "node:assert/strict";
import { chmodSync, lchownSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

let temporary: TemporaryFolder;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = path.join(temporary.path, "data");
});
afterEach(() => temporary.remove());

test("[VAULT-1] others may not write to the folder of the user's choice, and that is repaired and said", {
  skip: process.platform === "win32",
}, async () => {
  await openVault({ folder }).save("token");
  for (const [open, closed] of [
    [0o777, 0o755],
    [0o775, 0o755],
    [0o755, 0o755],
    [0o1777, 0o1777],
  ] as const) {
    chmodSync(folder, open);
    const vault = openVault({ folder });
    assert.equal(await vault.saved(), "token");
    assert.equal(statSync(folder).mode & 0o7777, closed);
    assert.equal(
      vault.notices.some((text) => text.includes("Others could write")),
      open !== closed,
    );
  }
});

test("[VAULT-1] the folder of the user's choice may be a link of theirs, but nobody else's", {
  skip: process.getuid?.() !== 0 && "only root can give a link away",
}, async () => {
  await openVault({ folder }).save("token");
  const link = path.join(temporary.path, "link");
  symlinkSync(folder, link);
  assert.equal(await openVault({ folder: link }).saved(), "token");
  lchownSync(link, 12_345, 12_345);
  await assert.rejects(openVault({ folder: link }).saved(), (error) =>
    isFailure(error, "LOCAL_VAULT_UNSAFE"),
  );
});
