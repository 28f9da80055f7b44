// What the reader would refuse for its size is not written, and what was there stays.
import assert from "node:assert/strict";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { createSecretOwners } from "../../../src/store/secret-owners.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { SILENT } from "../../support/remotes/network.ts";
import { openVault } from "../../support/stores/store.ts";

const LARGE = "x".repeat(17 << 20);

let temporary: TemporaryFolder;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = path.join(temporary.path, "data");
});
afterEach(() => temporary.remove());

test("[VAULT-2] a record", async () => {
  await openVault({ folder }).save("token");
  await assert.rejects(openVault({ folder }).save(LARGE), { code: "LOCAL_VAULT_UNWRITABLE" });
  assert.equal(await openVault({ folder }).saved(), "token");
});

test("[VAULT-2] the memory of lists", async () => {
  const lists = (name: string) => () => ({ lists: { "tools/list": { tools: [{ name }] } } });
  await openVault({ folder }).memory.update(lists("kept"));
  await openVault({ folder }).memory.update(lists(LARGE));
  assert.deepEqual((await openVault({ folder }).memory.read()).lists, lists("kept")().lists);
});

test("[VAULT-2] [REG-2] the owners of secrets", async () => {
  const owners = () =>
    createSecretOwners({
      settings: { kind: "file", folder, profile: "default" },
      key: { remote: "https://example.com/mcp", profile: "default" },
      clock: createSystemClock(),
      random: systemRandom,
      identity: createProcessIdentity(),
      diagnostics: SILENT,
    });
  await owners().bind("client", "https://issuer.example");
  const long = `https://issuer.example/${"x".repeat(70_000)}`;
  await assert.rejects(owners().bind("client", long), { code: "LOCAL_VAULT_UNWRITABLE" });
  assert.equal(await owners().of("client"), "https://issuer.example");
});
