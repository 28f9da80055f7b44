import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { afterEach } from "node:test";
import { LOAD_MARGIN_MS } from "../../support/clocks/load-margin.ts";
import { calls, connected } from "../../support/hosts/patient-host.ts";
import type { StdioHost } from "../../support/hosts/stdio-host.ts";
import { BridgeGroup } from "../../support/processes/bridge-group.ts";

let bridgeGroup: BridgeGroup;
afterEach(() => bridgeGroup.close());

const impatient = ["--handshake-wait", "1"];

/** The address that the host is told to open, from the error of a call. */
async function addressTold(bridge: StdioHost): Promise<unknown> {
  await bridge.initialize();
  const [answer] = await calls(bridge, 1);
  assert.equal(answer?.error?.data?.code, "AUTH_SIGN_IN_REQUIRED");
  return answer.error.data.url;
}

test("[PROC-1] while a person thinks, all hosts are shown the same address, and no lock is held", async () => {
  bridgeGroup = await BridgeGroup.start();
  const bridges = bridgeGroup.spawn(3, [], { idle: true, args: impatient });
  const addresses = await Promise.all(bridges.map(addressTold));
  assert.equal(new Set(addresses).size, 1);
  assert.deepEqual(bridgeGroup.idleBrowser.opened(), [addresses[0]]);
  const files = readdirSync(path.join(bridgeGroup.configDir, "vault"));
  assert.deepEqual(
    files.filter((name) => name.includes(".lock")),
    [],
  );
});

test("[PROC-3] the owner of a sign-in dies while the person thinks: the tab that is open still finishes it", async () => {
  bridgeGroup = await BridgeGroup.start();
  const [owner] = bridgeGroup.spawn(1, [], { idle: true });
  assert.ok(owner);
  const began = connected(owner).catch(() => {});
  const address = await bridgeGroup.idleBrowser.arrival();
  const [other] = bridgeGroup.spawn(1, [], { idle: true });
  assert.ok(other);
  const waiting = connected(other);
  await other.stderrMatching(/Another mcp-drawbridge/);
  owner.child.kill("SIGKILL");
  const killedMs = performance.now();
  await other.stderrMatching(/^mcp-drawbridge: Sign in at/m);
  const waitedMs = performance.now() - killedMs;
  assert.ok(waitedMs < 2_000 + LOAD_MARGIN_MS, `another went on after ${waitedMs} ms`);
  await began;
  await Promise.all([waiting, bridgeGroup.consent(address)]);
  const { registrations, exchanges } = bridgeGroup.ledger();
  assert.deepEqual({ registrations, exchanges }, { registrations: 1, exchanges: 1 });
  assert.ok(bridgeGroup.idleBrowser.opened().length <= 2, "at most one tab more");
});

test("[VAULT-3] two profiles are two accounts, and neither a header nor its value changes who is signed in", async () => {
  bridgeGroup = await BridgeGroup.start();
  const start = async (...args: string[]) => {
    const [bridge] = bridgeGroup.spawn(1, [], { args });
    assert.ok(bridge);
    await connected(bridge);
    await bridge.endInput();
    return bridgeGroup.ledger().tabs;
  };
  assert.equal(await start(), 1);
  assert.equal(await start("--profile", "work"), 2);
  assert.equal(await start("--profile", "work"), 2);
  assert.equal(await start("--header", "X-Key: one"), 2);
  assert.equal(await start("--header", "X-Key: two"), 2);
});

test("[VAULT-2] a start on a broken record sets it aside, says so, and signs in anew", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  const { file } = bridgeGroup.vault();
  writeFileSync(file, readFileSync(file).subarray(0, 100));
  const [bridge] = bridgeGroup.spawn(1);
  assert.ok(bridge);
  await connected(bridge);
  await bridge.stderrMatching(/set aside as .*\.broken-/);
  assert.equal(bridgeGroup.ledger().tabs, 2);
});

test("[PROC-3] when a token in doubt ends in a new sign-in, the person is told why", async () => {
  bridgeGroup = await BridgeGroup.signedIn();
  await bridgeGroup.expireSaved();
  const [first] = bridgeGroup.spawn(1, [{ step: "refresh.answered", signal: "SIGKILL" }]);
  assert.ok(first);
  await connected(first).catch(() => {});
  const [second] = bridgeGroup.spawn(1);
  assert.ok(second);
  await connected(second);
  await second.stderrMatching(/does not renew the sign-in any more/);
  const { tabs, replays } = bridgeGroup.ledger();
  assert.deepEqual({ tabs, replays }, { tabs: 2, replays: 1 });
});
