import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { decrypt, encrypt, parseEncryptedFile } from "../../../src/store/record/encrypted-file.ts";
import { recordName } from "../../../src/store/record/record-name.ts";
import { needed } from "../../support/project/parts.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

const isUnsafe = { code: "LOCAL_VAULT_UNSAFE" };
const root = process.getuid?.() === 0;
const onPosix = { skip: process.platform === "win32" };

const free = new AbortController().signal;
let temporary: TemporaryFolder;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = path.join(temporary.path, "data");
});
afterEach(() => temporary.remove());

/** A vault in which something is saved, and which nobody has open. */
async function used() {
  const vault = openVault({ folder });
  await vault.save("token");
  return { file: vault.file, vaultFolder: path.dirname(vault.file), keyFolder: path.join(folder, "keys") };
}

test("[VAULT-1] wrong modes are repaired, and that is said", onPosix, async () => {
  const { file, vaultFolder } = await used();
  chmodSync(file, 0o644);
  chmodSync(vaultFolder, 0o755);
  const vault = openVault({ folder });
  assert.equal(await vault.saved(), "token");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(vaultFolder).mode & 0o777, 0o700);
  const said = vault.notices.join("\n");
  assert.ok(said.includes("644") && said.includes("755"), said);
});

test(
  "[VAULT-1] a link, a second name, a FIFO or a folder in place of the record is refused",
  onPosix,
  async () => {
    const { file, vaultFolder } = await used();
    const moved = path.join(temporary.path, "moved");
    const refused = async (what: string) => {
      await assert.rejects(openVault({ folder }).read(free), isUnsafe, what);
      await assert.rejects(openVault({ folder }).save("other"), isUnsafe, what);
    };
    renameSync(file, moved);
    symlinkSync(moved, file);
    await refused("symbolic link");
    rmSync(file);
    linkSync(moved, file);
    await refused("hard link");
    rmSync(file);
    execFileSync("mkfifo", [file]);
    await refused("FIFO");
    rmSync(file);
    mkdirSync(file);
    await refused("folder");
    rmSync(file, { recursive: true });
    rmSync(vaultFolder, { recursive: true });
    mkdirSync(path.join(temporary.path, "elsewhere"));
    symlinkSync(path.join(temporary.path, "elsewhere"), vaultFolder);
    await refused("linked folder");
  },
);

test("[VAULT-1] what belongs to another user is refused: record, folder, folder above", async (context) => {
  if (needed(context, "the right to give files away (root)", root || undefined) === undefined) return;
  const { file, vaultFolder } = await used();
  for (const what of [file, vaultFolder, folder]) {
    chownSync(what, 65_534, 65_534);
    await assert.rejects(openVault({ folder }).read(free), isUnsafe, what);
    await assert.rejects(openVault({ folder }).save("other"), isUnsafe, what);
    chownSync(what, 0, 0);
  }
  assert.equal(await openVault({ folder }).saved(), "token");
});

test("[VAULT-1] the key file is held to the same rules", onPosix, async () => {
  const { keyFolder } = await used();
  const name = readdirSync(keyFolder).find((each) => each.endsWith(".key")) ?? "";
  const file = path.join(keyFolder, name);
  chmodSync(file, 0o640);
  const vault = openVault({ folder });
  assert.equal(await vault.saved(), "token");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  renameSync(file, path.join(temporary.path, name));
  symlinkSync(path.join(temporary.path, name), file);
  await assert.rejects(openVault({ folder }).read(free), isUnsafe);
});

test("[VAULT-2] a record cut at any byte is set aside with its time, and that is said", async () => {
  const { file, vaultFolder } = await used();
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length), { mode: 0o600 });
    const vault = openVault({ folder });
    assert.equal(await vault.read(free), undefined, `cut at ${length}`);
    const aside = readdirSync(vaultFolder).filter((name) =>
      /\.vault\.broken-\d{4}-\d\d-\d\dT[\d.-]+Z$/.test(name),
    );
    assert.equal(aside.length, 1, `cut at ${length}: ${readdirSync(vaultFolder).join(" ")}`);
    const kept = path.join(vaultFolder, aside[0] ?? "");
    assert.deepEqual(readFileSync(kept), whole.subarray(0, length));
    assert.ok(vault.notices.some((text) => text.includes(kept)));
    rmSync(kept);
  }
});

test("[VAULT-2] a write over a broken record keeps the broken one", async () => {
  const { file, vaultFolder } = await used();
  writeFileSync(file, "rubbish");
  await openVault({ folder }).save("new token");
  assert.equal(await openVault({ folder }).saved(), "new token");
  assert.equal(readdirSync(vaultFolder).filter((name) => name.includes(".broken-")).length, 1);
});

test("[VAULT-2] a record of a newer release is neither read, set aside nor overwritten", async () => {
  const { file, vaultFolder } = await used();
  const newer = '{"drawbridge":2,"anything":true}\nanything';
  writeFileSync(file, newer);
  await assert.rejects(openVault({ folder }).read(free), { code: "LOCAL_VAULT_NEWER" });
  await assert.rejects(openVault({ folder }).save("other"), { code: "LOCAL_VAULT_NEWER" });
  assert.equal(readFileSync(file, "utf8"), newer);
  assert.equal(readdirSync(vaultFolder).length, 1);
});

test("[VAULT-2] leftovers of a crash are swept, but not what somebody may still need", async () => {
  const { file, vaultFolder } = await used();
  const base = file.replace(/\.vault$/, "");
  writeFileSync(`${file}.nonce.tmp`, "half a record");
  mkdirSync(`${base}.lock.nonce.new`);
  utimesSync(`${base}.lock.nonce.new`, 0, 0);
  writeFileSync(path.join(vaultFolder, "other.example-0.vault.nonce.tmp"), "another record's, being written");
  await openVault({ folder }).save("new token");
  assert.deepEqual(
    readdirSync(vaultFolder).sort(),
    [path.basename(file), `${path.basename(base)}.lock.nonce.new`, "other.example-0.vault.nonce.tmp"].sort(),
  );
});

/** Runs `script` (a shell's) where it may mount, with `$0` the folder and `$1` a program that reads and saves. */
function inMounts(script: string) {
  const program = path.join(import.meta.dirname, "..", "..", "support", "processes", "save-and-say.js");
  const args = [...(root ? [] : ["-r"]), "-m", "sh", "-c", script, folder, `${process.execPath} ${program}`];
  const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
  return { said: stdout.trim().split("\n"), stderr };
}
const mounts = spawnSync("unshare", [...(root ? [] : ["-r"]), "-m", "true"]).status === 0;

test("[VAULT-2] a full disk leaves the old record, and is said", (context) => {
  if (needed(context, "unshare(1) with mounts", mounts || undefined) === undefined) return;
  mkdirSync(folder, { mode: 0o700 });
  const { said, stderr } = inMounts(
    'mount -t tmpfs -o size=256k,mode=700 tmpfs "$0" && $1 "$0" first && cat /dev/zero > "$0/filler" 2>/dev/null; $1 "$0" second; $1 "$0"',
  );
  assert.deepEqual(said, ["saved first", "first", "LOCAL_VAULT_UNWRITABLE", "first", "first"], stderr);
});

test("[VAULT-2] a read-only folder can be read and says why it cannot be written", async (context) => {
  if (needed(context, "unshare(1) with mounts", mounts || undefined) === undefined) return;
  await used();
  const { said, stderr } = inMounts(
    'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && $1 "$0" other',
  );
  assert.deepEqual(said, ["LOCAL_VAULT_UNWRITABLE", "token"], stderr);
});

test("[VAULT-2] a broken record that cannot be set aside is not taken for none", async (context) => {
  if (needed(context, "unshare(1) with mounts", mounts || undefined) === undefined) return;
  const { file } = await used();
  writeFileSync(file, "rubbish");
  const { said, stderr } = inMounts('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && $1 "$0"');
  assert.deepEqual(said, ["LOCAL_VAULT_BROKEN"], stderr);
});

test("[PROC-5] two releases write one record in turn, and neither loses what the other added", async () => {
  const remote = "https://example.com/mcp";
  const identity = recordName({ remote, profile: "default" });
  const { file, keyFolder } = await used();

  // The later release: one more member of the record, one more thing learned.
  const sealed = parseEncryptedFile(readFileSync(file));
  const key = Buffer.from(readFileSync(path.join(keyFolder, `${sealed.key.id}.key`), "utf8"), "base64url");
  const later = {
    ...JSON.parse(decrypt(sealed, identity, key).toString()),
    sessions: ["kept"],
    learned: { era: "modern" },
  };
  const iv = randomBytes(12).toString("base64url");
  writeFileSync(file, encrypt(Buffer.from(JSON.stringify(later)), identity, key, sealed.key, iv));

  await openVault({ folder }).save("ours");
  const after = JSON.parse(decrypt(parseEncryptedFile(readFileSync(file)), identity, key).toString());
  assert.deepEqual(after.sessions, ["kept"]);
  assert.deepEqual(after.learned, { era: "modern" });
  assert.equal(after.grant.accessToken, "ours");
});
