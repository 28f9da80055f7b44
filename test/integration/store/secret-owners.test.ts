import assert from "node:assert/strict";
import { readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { recordName } from "../../../src/store/record/record-name.ts";
import { createSecretOwners } from "../../../src/store/secret-owners.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { SILENT } from "../../support/remotes/network.ts";
import { openVault } from "../../support/stores/store.ts";

const KEY = { remote: "https://example.com/mcp", profile: "default" };
const ISSUER = "https://issuer.example";

let temporary: TemporaryFolder;
let file: string;
beforeEach(() => {
  temporary = temporaryFolder();
  file = path.join(temporary.path, "vault", `${recordName(KEY)}.owners`);
});
afterEach(() => temporary.remove());

/** As a process that starts has them. */
const owners = (kind: "file" | "memory" = "file") =>
  createSecretOwners({
    settings: { kind, folder: temporary.path, profile: "default" },
    key: KEY,
    clock: createSystemClock(),
    random: systemRandom,
    identity: createProcessIdentity(),
    diagnostics: SILENT,
  });

test("[REG-2] [VAULT-1] a secret's issuer is kept in a file of 0600 beside the record, and outlives it", async () => {
  const vault = openVault({ folder: temporary.path });
  await vault.save("token");
  await owners().bind("client", ISSUER);
  await owners().bind("registrationToken", `${ISSUER}/other`);
  if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(path.dirname(file), path.dirname(vault.file));
  // Broken, set aside, and signed out.
  writeFileSync(vault.file, "rubbish", { mode: 0o600 });
  const { signal } = new AbortController();
  assert.equal(await vault.read(signal), undefined);
  await vault.save("again");
  await vault.exclusive("forget", signal, (held) => held.remove());
  assert.equal(await owners().of("client"), ISSUER);
  assert.equal(await owners().of("registrationToken"), `${ISSUER}/other`);
});

test("[REG-2] what cannot be read binds nothing anew", async () => {
  assert.equal(await owners().of("client"), undefined);
  await owners().bind("client", ISSUER);
  for (const text of ["", "{", "[]", '{"client":1}']) {
    writeFileSync(file, text);
    await assert.rejects(owners().of("client"), (error) => isFailure(error, "LOCAL_VAULT_BROKEN"), text);
    await assert.rejects(owners().bind("client", "https://x.example"));
    assert.equal(readFileSync(file, "utf8"), text);
  }
});

test("[VAULT-1] a link in its place is not read", { skip: process.platform === "win32" }, async () => {
  await owners().bind("client", ISSUER);
  unlinkSync(file);
  const elsewhere = path.join(temporary.path, "elsewhere");
  writeFileSync(elsewhere, JSON.stringify({ client: "https://impostor.example" }), { mode: 0o600 });
  symlinkSync(elsewhere, file);
  await assert.rejects(owners().of("client"), (error) => isFailure(error, "LOCAL_VAULT_UNSAFE"));
});

test("[REG-2] --store memory writes no file", async () => {
  const kept = owners("memory");
  await kept.bind("client", ISSUER);
  assert.equal(await kept.of("client"), ISSUER);
  assert.equal(await kept.of("registrationToken"), undefined);
  assert.throws(() => statSync(file));
});
