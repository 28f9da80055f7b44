import assert from "node:assert/strict";
import test from "node:test";
import { emptyRecord } from "../../../src/core/oauth/vault-record.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createMemoryVault } from "../../../src/store/memory-vault.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";

const remote = "https://example.com/mcp";
const free = new AbortController().signal;

function aVault() {
  const clock = manualClock();
  return { clock, vault: createMemoryVault({ remote, profile: "default" }, { clock, processId: 7 }) };
}

test("[VAULT-1] a memory vault keeps a record, stamps each change, and wakes who waits", async () => {
  const { vault } = aVault();
  assert.equal(vault.stamp(), undefined);
  const changed = vault.changed(free);
  await vault.exclusive("exchange", free, (held) => held.write(emptyRecord(remote)));
  await changed;
  const first = vault.stamp();
  await vault.exclusive("exchange", free, (held) => held.write(emptyRecord(remote)));
  assert.notEqual(vault.stamp(), first);
  assert.equal((await vault.read(free))?.remote, remote);
  await vault.exclusive("forget", free, (held) => held.remove());
  assert.equal(await vault.read(free), undefined);
  assert.equal(vault.stamp(), undefined);
});

test("[VAULT-1] a waiter at a memory vault looks again after a second, and stops when told", async () => {
  const { vault, clock } = aVault();
  const changed = vault.changed(free);
  await clock.advance(1_000);
  await changed;
  const stop = new AbortController();
  const stopped = vault.changed(stop.signal);
  stop.abort(new Error("stop"));
  await assert.rejects(stopped, /stop/);
});

test("[PROC-1] a sign-in of a memory vault is seen until it ends or its deadline passes", async () => {
  const { vault, clock } = aVault();
  const pending = {
    state: new Secret("state"),
    codeVerifier: new Secret("verifier"),
    issuer: "https://issuer.example",
    clientId: "client",
    redirectUri: "http://localhost:1/",
    authorizationUrl: new Secret("https://issuer.example/authorize"),
    startedAtMs: clock.nowMs(),
    deadlineMs: clock.nowMs() + 1_000,
  };
  await vault.exclusive("sign-in", free, async (held) => {
    await held.write({ ...emptyRecord(remote), pending });
    await held.beginSignIn(pending);
  });
  assert.equal((await vault.signIn(free))?.authorizationUrl, "https://issuer.example/authorize");
  await clock.advance(1_000);
  assert.equal(await vault.signIn(free), undefined);
});
