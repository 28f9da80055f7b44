// Which keys are believed to have been made here, where the user chose no source.
import assert from "node:assert/strict";
import test from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { Keychain } from "../../../../src/core/ports/keychain.ts";
import { aProcess, fakeDisk, fakeKeychain, foreignKeyFile } from "./fakes.ts";

const RING = "/data/keys/ring.json";
const gone = () => Promise.reject<Keychain>(new Error("no keychain here"));
const notMadeHere = (error: unknown) => {
  assert.ok(isFailure(error, "LOCAL_VAULT_LOCKED"), String(error));
  assert.match(
    `${error.message} ${error.hint}`,
    /list of keys.* does not name.*give --store (file|keychain)/,
  );
  return true;
};

/** A user whose key is in the keychain, and the folder as somebody else left it: with a list and a key of their own. */
async function replacedFolder() {
  const kept = fakeKeychain();
  const keychain = async () => kept;
  const files = fakeDisk();
  const made = await aProcess("auto", { files, keychain }).keys.choose(undefined);
  assert.equal(made.source, "keychain");
  const replaced = fakeDisk();
  const foreign = foreignKeyFile(replaced);
  replaced.files.set(RING, Buffer.from(JSON.stringify({ file: foreign.id, chosen: "file" })));
  return { kept, keychain, made, foreign, files: replaced };
}

test("[VAULT-4] a list of keys that somebody put into the folder is not believed: the keychain knows the right one", async () => {
  const { keychain, made, foreign, files } = await replacedFolder();
  await assert.rejects(aProcess("auto", { files, keychain }).keys.open(foreign), notMadeHere);
  const { keys, diagnostics } = aProcess("auto", { files, keychain });
  assert.deepEqual(await keys.choose(undefined), made, "and nothing new is sealed with their key");
  await keys.open(made);
  assert.deepEqual(diagnostics.notices, []);

  // Nor where it names the user's own key, too.
  const both = { file: foreign.id, keychain: made.id, chosen: "keychain" };
  files.files.set(RING, Buffer.from(JSON.stringify(both)));
  await assert.rejects(aProcess("auto", { files, keychain }).keys.open(foreign), notMadeHere);
});

test("[VAULT-4] a lost list of keys is had from the keychain; another folder's is not this one's", async () => {
  const { keychain, made, foreign, files } = await replacedFolder();
  files.files.delete(RING);
  const { keys } = aProcess("auto", { files, keychain });
  await keys.open(made);
  assert.deepEqual(await keys.choose(undefined), made);
  await assert.rejects(keys.open(foreign), notMadeHere);
  const elsewhere = aProcess("auto", { files: fakeDisk(), keychain, folder: "/other" });
  assert.notDeepEqual(await elsewhere.keys.choose(undefined), made);
});

test("[VAULT-4] a key that was made while there was no keychain is believed, and remembered in it as soon as there is one", async () => {
  const files = fakeDisk();
  const made = await aProcess("auto", { files }).keys.choose(undefined);
  assert.equal(made.source, "file");
  const foreign = foreignKeyFile(files);
  await assert.rejects(aProcess("auto", { files }).keys.open(foreign), notMadeHere);
  const kept = fakeKeychain();
  const keychain = async () => kept;
  await aProcess("auto", { files, keychain }).keys.open(made);
  assert.deepEqual(await aProcess("auto", { files, keychain }).keys.choose(undefined), made, "nothing moves");
  files.files.set(RING, Buffer.from(JSON.stringify({ file: foreign.id, chosen: "file" })));
  await assert.rejects(aProcess("auto", { files, keychain }).keys.open(foreign), notMadeHere);
  await aProcess("auto", { files, keychain }).keys.open(made);
});

test("[VAULT-4] another source than the one that was chosen first takes saying so, with every start", async () => {
  const kept = fakeKeychain();
  const keychain = async () => kept;
  const files = fakeDisk();
  const made = await aProcess("auto", { files, keychain }).keys.choose(undefined);
  const asked = await aProcess("file", { files, keychain: gone }).keys.choose(undefined);
  assert.equal(asked.source, "file");
  await aProcess("file", { files, keychain: gone }).keys.open(asked);
  await assert.rejects(aProcess("auto", { files, keychain }).keys.open(asked), notMadeHere);
  assert.deepEqual(await aProcess("auto", { files, keychain }).keys.choose(undefined), made);
});

test("[VAULT-4] what stood in the folder before a key was put into the keychain is no key of the list there", async () => {
  const kept = fakeKeychain();
  const keychain = async () => kept;
  const files = fakeDisk();
  const foreign = foreignKeyFile(files);
  files.files.set(RING, Buffer.from(JSON.stringify({ file: foreign.id, chosen: "file" })));
  const made = await aProcess("keychain", { files, keychain }).keys.choose(undefined);
  await assert.rejects(aProcess("auto", { files, keychain }).keys.open(foreign), notMadeHere);
  assert.deepEqual(await aProcess("auto", { files, keychain }).keys.choose(undefined), made);
});

test("[VAULT-4] --store file asks no keychain, and a start that knows of none does not look for it", async () => {
  const asked: string[] = [];
  const counted = (who: string) => () => {
    asked.push(who);
    return gone();
  };
  const files = fakeDisk();
  const made = await aProcess("file", { files, keychain: counted("file") }).keys.choose(undefined);
  await aProcess("file", { files, keychain: counted("file") }).keys.open(made);
  const obstacle = { why: "there is no session bus", hint: "Start one." };
  await aProcess("auto", { files, keychain: counted("no bus"), obstacle }).keys.open(made);
  assert.deepEqual(asked, []);
  await aProcess("auto", { files, keychain: counted("auto") }).keys.open(made);
  assert.deepEqual(asked, ["auto"]);
});

test("[VAULT-4] a keychain that hangs holds up a start with the key in a file for a second, once", async () => {
  const files = fakeDisk();
  const made = await aProcess("file", { files }).keys.choose(undefined);
  const { keys, clock } = aProcess("auto", { files, keychain: () => new Promise<never>(() => {}) });
  const opened = keys.open(made);
  await clock.advance(1_000);
  await opened;
  await keys.choose(undefined);
});

test("[VAULT-4] a keychain that does not keep the list of keys is not trusted with the key", async () => {
  const kept = fakeKeychain();
  const forgetful: Keychain = {
    ...kept,
    setPassword: (service, account, password) =>
      account.startsWith("ring-")
        ? Promise.reject(new Error("full"))
        : kept.setPassword(service, account, password),
  };
  assert.equal(
    (await aProcess("auto", { keychain: async () => forgetful }).keys.choose(undefined)).source,
    "file",
  );
});

test("[VAULT-4] a key is asked for once, however many ask at once", async () => {
  const kept = fakeKeychain();
  const files = fakeDisk();
  const reference = await aProcess("auto", { files, keychain: async () => kept }).keys.choose(undefined);
  let times = 0;
  const counting: Keychain = {
    ...kept,
    getPassword: (service, account) => {
      times += 1;
      return kept.getPassword(service, account);
    },
  };
  const { keys } = aProcess("auto", { files, keychain: async () => counting });
  await Promise.all([keys.open(reference), keys.open(reference)]);
  await keys.open(reference);
  assert.equal(times, 1);
});
