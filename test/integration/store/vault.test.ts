import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import test, { afterEach, beforeEach } from "node:test";
import { pathToFileURL } from "node:url";
import type { PendingAuthorization } from "../../../src/core/oauth/vault-record.ts";
import { emptyRecord } from "../../../src/core/oauth/vault-record.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/project/temporary-folder.ts";
import { openVault } from "../../support/stores/store.ts";

const free = new AbortController().signal;
let temporary: TemporaryFolder;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = path.join(temporary.path, "data");
});
afterEach(() => temporary.remove());

function files(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

test("[VAULT-1] what is saved comes back, and no token is readable in any file", async () => {
  await openVault({ folder }).save("canary-token");
  assert.equal(await openVault({ folder }).saved(), "canary-token");
  assert.ok(files().length > 0);
  for (const file of files())
    assert.equal(readFileSync(file, "latin1").includes("canary-token"), false, file);
});

test("[VAULT-1] files are 0600 in folders of 0700", async () => {
  await openVault({ folder }).save("token");
  for (const file of files()) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
    assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700, path.dirname(file));
  }
});

test("[VAULT-2] before anything is saved there is nothing: no file, no stamp, no failure", async () => {
  const vault = openVault({ folder });
  assert.equal(await vault.read(free), undefined);
  assert.equal(await vault.signIn(free), undefined);
  assert.equal(vault.stamp(), undefined);
  assert.deepEqual(readdirSync(temporary.path), []);
});

test("[VAULT-4] a remote without a record of its own loads no cipher, no lock and no keychain", async () => {
  const own = "https://example.com/mcp";
  const nothing = ["keys/lazy-key-ring.js", "lock/mutex.js", "memory-vault.js", "record/record-name.js"];
  nothing.push("remote-cache.js", "remove-leftovers.js", "secure-files.js", "vault.js");
  assert.deepEqual(loadedFor(own), nothing, "no vault at all");
  await openVault({ folder, remote: "https://other.example/mcp" }).save("token");
  assert.deepEqual(loadedFor(own), nothing, "another remote is signed in to");
  await openVault({ folder, remote: own }).save("token");
  const needed = loadedFor(own);
  for (const name of ["file-vault.js", "lock/process-lock.js", "record/encrypted-file.js"])
    assert.ok(needed.includes(name), name);
});

/** Files of `src/store` that a process has loaded by the time it has looked for the remote's sign-in and memory. */
function loadedFor(remote: string): string[] {
  const store = path.join(import.meta.dirname, "..", "..", "..", "src", "store");
  const script = `
    const { createVault } = await import(${JSON.stringify(pathToFileURL(path.join(store, "vault.js")).href)});
    const settings = { kind: "file", folder: ${JSON.stringify(folder)}, profile: "default" };
    const key = { remote: ${JSON.stringify(remote)}, profile: "default" };
    const { createRemoteCache } = await import(${JSON.stringify(pathToFileURL(path.join(store, "remote-cache.js")).href)});
    const { lazyKeyRing } = await import(${JSON.stringify(pathToFileURL(path.join(store, "keys", "lazy-key-ring.js")).href)});
    const diagnostics = { event() {}, notice() {} };
    const options = { settings, key, diagnostics, identity: { self: () => ({}), userId: process.getuid?.() } };
    const keys = lazyKeyRing(options);
    const vault = createVault(options, keys);
    await createRemoteCache(options, { vault, keys }).read();
    const { signal } = new AbortController();
    vault.stamp();
    await vault.read(signal).catch(() => undefined);
    await vault.signIn(signal).catch(() => undefined);`;
  // Node writes down every file that it ran.
  const coverage = path.join(temporary.path, "coverage");
  execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, NODE_V8_COVERAGE: coverage },
  });
  const urls = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(path.join(coverage, name), "utf8")) as {
      result: { url: string }[];
    };
    return result.map(({ url }) => url);
  });
  rmSync(coverage, { recursive: true });
  const from = pathToFileURL(store + path.sep).href;
  return urls.flatMap((url) => (url.startsWith(from) ? [url.slice(from.length)] : [])).sort();
}

test("[VAULT-2] after a write no temporary and no lock is left", async () => {
  const vault = openVault({ folder });
  await vault.save("a");
  await vault.save("b");
  assert.deepEqual(readdirSync(path.dirname(vault.file)), [path.basename(vault.file)]);
});

test("[VAULT-3] profiles of one remote are apart; a record copied over another's file does not open", async () => {
  const home = openVault({ folder });
  const work = openVault({ folder, profile: "work" });
  await home.save("home token");
  await work.save("work token");
  assert.equal(await openVault({ folder }).saved(), "home token");
  assert.equal(await openVault({ folder, profile: "work" }).saved(), "work token");
  copyFileSync(home.file, work.file);
  assert.equal(await openVault({ folder, profile: "work" }).saved(), undefined);
});

test("[TOK-10] the stamp changes with every write of any process, and goes with the record", async () => {
  const here = openVault({ folder });
  await here.save("a");
  const stamps = new Set([here.stamp()]);
  const there = openVault({ folder });
  await there.save("b");
  stamps.add(here.stamp());
  assert.equal(await here.saved(), "b");
  assert.equal(here.stamp(), there.stamp());
  await there.exclusive("forget", free, (held) => held.remove());
  stamps.add(here.stamp());
  assert.equal(stamps.size, 3);
  assert.equal(await here.saved(), undefined);
});

test("[VAULT-2] what a held vault offers is dead after its turn", async () => {
  const vault = openVault({ folder });
  const held = await vault.exclusive("refresh", free, async (it) => it);
  await assert.rejects(held.write(emptyRecord(vault.remote)), { code: "LOCAL_BUSY" });
  assert.equal(vault.stamp(), undefined);
});

test("[VAULT-4] describe tells the key source: none yet, a file, from outside, memory", async () => {
  assert.equal((await openVault({ folder }).describe()).keySource, "none yet");
  const vault = openVault({ folder });
  await vault.save("token");
  assert.deepEqual(await openVault({ folder }).describe(), { keySource: "file", path: vault.file });
  const key = new Secret("0".repeat(64));
  const other = openVault({ folder, remote: "https://other.example/mcp", key });
  await other.save("token");
  assert.equal((await other.describe()).keySource, "environment");
  assert.deepEqual(await openVault({ folder, kind: "memory" }).describe(), { keySource: "memory" });
});

test("[VAULT-4] a vault without its key is locked: not empty, not overwritten, not started anew", async () => {
  const vault = openVault({ folder, key: new Secret("0".repeat(64)) });
  await vault.save("token");
  const before = readFileSync(vault.file);
  const keyless = openVault({ folder });
  await assert.rejects(keyless.read(free), { code: "LOCAL_VAULT_LOCKED" });
  await assert.rejects(keyless.save("another"), { code: "LOCAL_VAULT_LOCKED" });
  assert.deepEqual(readFileSync(vault.file), before);
  await keyless.exclusive("forget", free, (held) => held.remove());
  assert.equal(await keyless.read(free), undefined, "to forget it needs no key");
});

test("[VAULT-1] --store memory writes nothing", async () => {
  const vault = openVault({ folder, kind: "memory" });
  await vault.save("token");
  assert.equal(await vault.saved(), "token");
  assert.deepEqual(readdirSync(temporary.path), []);
});

function pendingFor(minutes: number, nowMs = Date.now()): PendingAuthorization {
  return {
    state: new Secret(`state ${minutes}`),
    codeVerifier: new Secret("verifier"),
    issuer: "https://issuer.example",
    clientId: "client",
    redirectUri: "http://localhost:1/oauth/callback",
    authorizationUrl: new Secret("https://issuer.example/authorize?state=canary-state"),
    startedAtMs: nowMs,
    deadlineMs: nowMs + minutes * 60_000,
  };
}

async function begin(vault: ReturnType<typeof openVault>, pending: PendingAuthorization) {
  await vault.exclusive("sign-in", free, async (held) => {
    await held.write({ ...emptyRecord(vault.remote), pending });
    await held.beginSignIn(pending);
  });
}

test("[PROC-1] others see the sign-in and its address, which is in no file in clear, until it ends", async () => {
  const [owner, other] = [openVault({ folder }), openVault({ folder })];
  const pending = pendingFor(5);
  await begin(owner, pending);
  const seen = await other.signIn(free);
  assert.equal(seen?.authorizationUrl, pending.authorizationUrl.reveal());
  assert.equal(seen.ours, false);
  assert.equal((await owner.signIn(free))?.ours, true);
  for (const file of files())
    assert.equal(readFileSync(file, "latin1").includes("canary-state"), false, file);

  await other.exclusive("sign-in", free, (held) => held.endSignIn());
  assert.notEqual(await other.signIn(free), undefined, "only the owner ends it");
  const changed = other.changed(free);
  await owner.exclusive("sign-in", free, (held) => held.endSignIn());
  await changed;
  assert.equal(await other.signIn(free), undefined);
});

test("[PROC-3] a sign-in is over when its owner is dead, and another may begin", async () => {
  const [owner, other] = [openVault({ folder }), openVault({ folder })];
  const dead = { ...createProcessIdentity(), liveness: async () => "dead" as const };
  await begin(owner, pendingFor(5));
  assert.equal(await openVault({ folder, identity: dead }).signIn(free), undefined);
  await begin(other, pendingFor(4));
  assert.equal((await owner.signIn(free))?.ours, false);
});

test("[PROC-3] a sign-in is over at its deadline, by time that passed and not by a clock that was set", async () => {
  const system = createProcessIdentity();
  let laterMs = 0;
  let skewMs = 0;
  const identity = { ...system, uptimeMs: () => system.uptimeMs() + laterMs };
  const clock = { ...createSystemClock(), nowMs: () => Date.now() + skewMs };
  const [owner, other] = [openVault({ folder, identity, clock }), openVault({ folder, identity, clock })];
  await begin(owner, pendingFor(5));
  for (skewMs of [86_400_000, -86_400_000]) assert.notEqual(await other.signIn(free), undefined);
  laterMs = 299_000;
  assert.notEqual(await other.signIn(free), undefined);
  laterMs = 301_000;
  assert.equal(await other.signIn(free), undefined);
});

test("[PROC-1] waiters wake when another process writes", async () => {
  const [writer, waiter] = [openVault({ folder }), openVault({ folder })];
  await writer.save("a");
  const before = performance.now();
  const woken = waiter.changed(free);
  await writer.save("b");
  await woken;
  assert.ok(performance.now() - before < 1_000);
  const stop = AbortSignal.abort(new Error("stop"));
  await assert.rejects(waiter.changed(stop), /stop/);
});
