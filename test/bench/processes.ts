// npm run bench:processes: what a lock costs when nobody wants it, and how soon somebody goes on when its owner dies.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { createSystemClock } from "../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../src/platform/process/random.ts";
import { OwnerJudge } from "../../src/store/lock/lock-owner.ts";
import { ProcessLock } from "../../src/store/lock/process-lock.ts";
import { connected } from "../support/hosts/patient-host.ts";
import { BridgeGroup } from "../support/processes/bridge-group.ts";
import { startVaultProcess } from "../support/processes/vault-processes.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { openVault } from "../support/stores/store.ts";

const free = new AbortController().signal;

row("uncontended lock", await uncontended(500));
row("lock taken over after kill -9", await lockTakeover(20));
row("sign-in taken over after kill -9", await signInTakeover(10));

async function uncontended(rounds: number): Promise<number[]> {
  const temporary = temporaryFolder();
  const folder = path.join(temporary.path, "vault");
  mkdirSync(folder, { mode: 0o700 });
  const [identity, clock, random] = [createProcessIdentity(), createSystemClock(), systemRandom];
  const judge = new OwnerJudge({ identity, clock, random, folder });
  const diagnostics = { enabled: false, event: () => {}, notice: () => {} };
  const place = { path: path.join(folder, "record"), subject: "the record", checkpoint: () => {} };
  const lock = new ProcessLock({ ...place, identity, clock, random, diagnostics, judge });
  const samples = await repeat(rounds, () => timed(() => lock.hold("refresh", free, async () => {})));
  temporary.remove();
  return samples.slice(1);
}

async function lockTakeover(rounds: number): Promise<number[]> {
  const temporary = temporaryFolder();
  const folder = path.join(temporary.path, "data");
  const vault = openVault({ folder });
  const samples = await repeat(rounds, async () => {
    const owner = await startVaultProcess(folder);
    await owner.ask({ do: "hold", remote: vault.remote });
    const next = vault.exclusive("refresh", free, async () => performance.now());
    const killedAt = performance.now();
    await owner.kill();
    return (await next) - killedAt;
  });
  temporary.remove();
  return samples;
}

/** From the owner's death, its tab open, to the next tab. */
async function signInTakeover(rounds: number): Promise<number[]> {
  return repeat(rounds, async () => {
    const bridgeGroup = await BridgeGroup.start();
    const bridges = bridgeGroup.spawn(2, [{ step: "signin.browser-opened", signal: "SIGKILL" }]);
    const all = Promise.allSettled(bridges.map((bridge) => connected(bridge)));
    await bridgeGroup.strike();
    const struckAt = performance.now();
    await bridgeGroup.browser.arrival(2);
    const ms = performance.now() - struckAt;
    await all;
    await bridgeGroup.close();
    return ms;
  });
}

async function repeat(rounds: number, step: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await step());
  return samples;
}

async function timed(step: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await step();
  return performance.now() - before;
}

function row(name: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  console.log(`${name.padEnd(36)} median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`);
}
