import assert from "node:assert/strict";
import test from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { Keychain } from "../../../../src/core/ports/keychain.ts";
import { aProcess, fakeDisk, fakeKeychain, foreignKeyFile, random } from "./fakes.ts";

const isLocked = (error: unknown) => isFailure(error, "LOCAL_VAULT_LOCKED");

test("[VAULT-4] the keychain is the first choice, and a second process finds the key there", async () => {
  const keychain = fakeKeychain();
  const first = aProcess("auto", { keychain: async () => keychain });
  const reference = await first.keys.choose(undefined);
  assert.equal(reference.source, "keychain");
  assert.equal(
    [...first.files.files.keys()].some((file) => file.endsWith(".key")),
    false,
  );

  const second = aProcess("auto", { files: first.files, keychain: async () => keychain });
  assert.deepEqual(await second.keys.choose(undefined), reference);
  assert.deepEqual(await second.keys.open(reference), await first.keys.open(reference));
  assert.equal(keychain.entries.size, 2, "the key, and the list of keys");
  assert.deepEqual(second.diagnostics.notices, []);
});

test("[VAULT-4] without a keychain the key is a file, and that is said", async () => {
  const { keys, diagnostics } = aProcess("auto");
  const reference = await keys.choose(undefined);
  assert.equal(reference.source, "file");
  await keys.open(reference);
  await keys.open(reference);
  const said = diagnostics.notices.filter((text) => text.includes("/data/keys"));
  assert.equal(said.length, 1, "once");
  assert.ok(diagnostics.notices.some((text) => text.includes("no keychain here")));
});

test("[VAULT-4] --store keychain refuses to fall back", async () => {
  const { keys, files } = aProcess("keychain");
  await assert.rejects(keys.choose(undefined), (error) => isFailure(error, "LOCAL_KEYCHAIN_UNAVAILABLE"));
  assert.equal(files.files.size, 0);
});

test("[VAULT-4] a keychain that forgets what it is given is not trusted", async () => {
  const forgetful: Keychain = { ...fakeKeychain(), setPassword: async () => {} };
  const { keys } = aProcess("auto", { keychain: async () => forgetful });
  assert.equal((await keys.choose(undefined)).source, "file");
});

test("[VAULT-4] a keychain that does not answer has 3 seconds", async () => {
  const never = new Promise<never>(() => {});
  const { keys, clock } = aProcess("keychain", {
    keychain: async () => ({ ...fakeKeychain(), setPassword: () => never }),
  });
  const refused = assert.rejects(keys.choose(undefined), (error) =>
    isFailure(error, "LOCAL_KEYCHAIN_UNAVAILABLE"),
  );
  await clock.advance(3_000);
  await refused;
});

test("[VAULT-4] a key that cannot be reached is not replaced by another", async () => {
  const keychain = fakeKeychain();
  const { keys, files } = aProcess("auto", { keychain: async () => keychain });
  const reference = await keys.choose(undefined);

  const elsewhere = aProcess("auto", { files });
  assert.deepEqual(await elsewhere.keys.choose(undefined), reference);
  await assert.rejects(elsewhere.keys.open(reference), isLocked);

  const other = aProcess("auto", { files, keychain: async () => fakeKeychain() });
  await assert.rejects(
    other.keys.open(reference),
    isLocked,
    "another keychain, or KeePassXC while it is locked",
  );
  assert.equal(
    [...files.files.keys()].some((file) => file.endsWith(".key")),
    false,
  );
});

test("[VAULT-4] a keychain that cannot be reached is not said to be locked, and the variable that is missing is named", async () => {
  const files = fakeDisk();
  const keychain = fakeKeychain();
  const reachable = { files, keychain: async () => keychain };
  const reference = await aProcess("auto", reachable).keys.choose(undefined);
  const obstacle = { why: "SOME_VARIABLE is not set", hint: "Set SOME_VARIABLE." };
  for (const asked of [
    aProcess("auto", { files, obstacle }).keys.open(reference),
    aProcess("keychain", { obstacle }).keys.choose(undefined),
  ])
    await assert.rejects(asked, (error) => {
      assert.ok(isFailure(error, "LOCAL_KEYCHAIN_UNAVAILABLE"));
      const said = `${error.message} ${error.hint}`;
      assert.doesNotMatch(said, /lock/i);
      assert.match(said, /SOME_VARIABLE is not set.*Set SOME_VARIABLE\./);
      return true;
    });
  const auto = aProcess("auto", { obstacle });
  assert.equal((await auto.keys.choose(undefined)).source, "file");
  assert.match(auto.diagnostics.notices.join(), /SOME_VARIABLE is not set/);
});

test("[VAULT-4] a record keeps its key source, and what was chosen first stays the choice", async () => {
  const keychain = fakeKeychain();
  const files = fakeDisk();
  const old = await aProcess("file", { files }).keys.choose(undefined);
  const auto = aProcess("auto", { files, keychain: async () => keychain });
  assert.deepEqual(await auto.keys.choose(old), old);
  assert.deepEqual(await auto.keys.choose(undefined), old, "what was chosen first stays the choice");
  const asked = aProcess("keychain", { files, keychain: async () => keychain });
  assert.equal((await asked.keys.choose(undefined)).source, "keychain");
});

test("[VAULT-4] a record's header does not choose the source: what the user asked for does", async () => {
  const shared = fakeKeychain();
  const keychain = async () => shared;
  const files = fakeDisk();
  const foreign = foreignKeyFile(files);
  for (const [kind, key] of [["keychain"], ["auto", random.token(32)], ["file", random.token(32)]] as const) {
    const { keys, diagnostics } = aProcess(kind, { files, keychain, key });
    await assert.rejects(keys.open(foreign), isLocked, kind);
    // Also when other records were opened before.
    await keys.open(await keys.choose(undefined));
    await assert.rejects(keys.open(foreign), isLocked, kind);
    assert.deepEqual(diagnostics.notices, [], "nothing is said of a key that is not used");
  }
  const made = await aProcess("keychain", { files, keychain }).keys.choose(undefined);
  await assert.rejects(aProcess("file", { files, keychain }).keys.open(made), (error) => {
    assert.ok(isFailure(error, "LOCAL_VAULT_LOCKED"));
    assert.match(`${error.message} ${error.hint}`, /--store is file.*sign out with --store keychain/);
    return true;
  });
});

test("[VAULT-4] DRAWBRIDGE_VAULT_KEY is taken as base64url and hex, and is refused in any other length", async () => {
  const bytes = Buffer.from(random.token(32), "base64url");
  const ids = new Set<string>();
  for (const key of [bytes.toString("base64url"), bytes.toString("base64"), bytes.toString("hex")]) {
    const { keys } = aProcess("auto", { key });
    const reference = await keys.choose(undefined);
    assert.equal(reference.source, "environment");
    assert.deepEqual(await keys.open(reference), bytes);
    ids.add(reference.id);
  }
  assert.equal(ids.size, 1);
  for (const key of ["short", bytes.toString("hex").slice(1), `${bytes.toString("base64")}!`]) {
    await assert.rejects(aProcess("auto", { key }).keys.choose(undefined), (error) =>
      isFailure(error, "USAGE_BAD_ARGUMENT"),
    );
  }
});

test("[VAULT-4] a record sealed with a key from outside is locked without it", async () => {
  const reference = await aProcess("auto", { key: random.token(32) }).keys.choose(undefined);
  await assert.rejects(aProcess("auto").keys.open(reference), isLocked);
  await assert.rejects(aProcess("auto", { key: random.token(32) }).keys.open(reference), isLocked);
});
