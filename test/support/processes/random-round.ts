// One round of the random bridges: a few bridges, started and killed at random, must behave as one user.
import { STEPS } from "../../../src/core/ports/checkpoint.ts";
import type { Seeded } from "../clocks/seeded.ts";
import { connected } from "../hosts/patient-host.ts";
import type { StdioHost } from "../hosts/stdio-host.ts";
import { BridgeGroup, type Fault, type Ledger } from "./bridge-group.ts";

export interface Round {
  readonly scenario: "cold" | "expired" | "rejected";
  readonly faults: readonly Fault[];
  /** When each bridge starts, ms. */
  readonly startsMs: readonly number[];
  /** When one of them is killed, whatever it does, ms; by its place in `startsMs`. */
  readonly kill: { readonly bridge: number; readonly atMs: number } | undefined;
  /** How long a stopped one stays so, ms. */
  readonly stoppedMs: number;
}

export interface RoundResult {
  readonly ledger: Ledger;
  readonly kills: number;
  /** What must not have happened. Empty: all is well. */
  readonly broken: readonly string[];
  readonly ms: number;
}

export function chooseRound(random: Seeded, bridges = 5): Round {
  const scenario = random.one(["cold", "expired", "rejected"] as const);
  const onTheWay = STEPS.filter((step) =>
    scenario === "cold" ? !step.startsWith("refresh.") : /^(refresh|write|lock)\./.test(step),
  );
  const fault = (): Fault => ({
    step: random.one(onTheWay),
    signal: random.chance(0.8) ? "SIGKILL" : "SIGSTOP",
    visit: 1 + random.below(2),
  });
  return {
    scenario,
    faults: Array.from({ length: random.below(3) }, fault),
    startsMs: Array.from({ length: bridges }, () => random.below(400)),
    kill: random.chance(0.3) ? { bridge: random.below(bridges), atMs: 50 + random.below(800) } : undefined,
    stoppedMs: 100 + random.below(1_500),
  };
}

export async function runRound(round: Round): Promise<RoundResult> {
  const began = performance.now();
  const options = { issuer: { tokenLifeS: round.scenario === "rejected" ? null : 3_600 } };
  const bridgeGroup = await (round.scenario === "cold"
    ? BridgeGroup.start(options)
    : BridgeGroup.signedIn(options));
  const awaken = setInterval(() => bridgeGroup.wake(round.stoppedMs), 20);
  try {
    if (round.scenario === "expired") await bridgeGroup.expireSaved();
    if (round.scenario === "rejected") bridgeGroup.issuer.expireAccessTokens();
    const before = bridgeGroup.ledger();
    const { living, timed } = await live(bridgeGroup, round);
    const broken: string[] = [];
    const outcomes = await Promise.allSettled(living.map((bridge) => connected(bridge)));
    for (const [index, { status, ...rest }] of outcomes.entries()) {
      if (status === "rejected")
        broken.push(`bridge ${index}: ${String((rest as { reason: unknown }).reason)}`);
    }
    const ledger = bridgeGroup.since(before);
    const kills = bridgeGroup.struck("SIGKILL").length + timed;
    broken.push(...(await judge(bridgeGroup, round, ledger, kills)));
    return { ledger, kills, broken, ms: Math.round(performance.now() - began) };
  } finally {
    clearInterval(awaken);
    await bridgeGroup.close();
  }
}

/** Starts the bridges as planned; who dies of a fault is started again, as hosts do. */
async function live(bridgeGroup: BridgeGroup, round: Round): Promise<{ living: StdioHost[]; timed: number }> {
  let timed = 0;
  const living = await Promise.all(
    round.startsMs.map(async (startMs, index) => {
      await pause(startMs);
      let [bridge] = bridgeGroup.spawn(1, round.faults);
      if (bridge === undefined) throw new Error("nothing was started");
      if (round.kill?.bridge === index) {
        const victim = bridge;
        await pause(round.kill.atMs);
        if (victim.child.exitCode === null && victim.child.signalCode === null) timed += 1;
        victim.child.kill("SIGKILL");
        await victim.exit;
        [bridge = victim] = bridgeGroup.spawn(1, round.faults);
      }
      // A fault strikes once, so nobody dies more often than there are faults.
      for (let lives = 0; lives <= round.faults.length; lives += 1) {
        const current: StdioHost = bridge;
        const died = current.exit.then(() => true);
        const works = connected(current).then(
          () => false,
          () => false,
        );
        if (!(await Promise.race([works, died]))) break;
        [bridge = current] = bridgeGroup.spawn(1, round.faults);
      }
      return bridge;
    }),
  );
  return { living, timed };
}

async function judge(
  bridgeGroup: BridgeGroup,
  round: Round,
  ledger: Ledger,
  kills: number,
): Promise<string[]> {
  const broken: string[] = [];
  const cold = round.scenario === "cold";
  if (kills === 0) {
    const wanted = cold ? [1, 1, 0, 0] : [0, 0, 1, 0];
    const got = [ledger.registrations, ledger.tabs, ledger.refreshes, ledger.replays];
    if (String(got) !== String(wanted)) broken.push(`registrations, tabs, refreshes, replays: ${got}`);
  }
  const usual = cold ? 2 : 0;
  if (ledger.registrations + ledger.tabs > usual + 2 * kills) broken.push("too many tabs or registrations");
  // Each death may leave a token in doubt, which is tried again, and the refusal ends it.
  if (ledger.replays > kills) broken.push(`${ledger.replays} replays`);
  const others = bridgeGroup.issuer.violations.filter(
    (text) => !text.includes("second use of a refresh token"),
  );
  broken.push(...others, ...bridgeGroup.remote.violations);
  const token = await bridgeGroup.vault().saved();
  const state = bridgeGroup.issuer.check(token ?? "");
  if (typeof state === "string") broken.push(`the saved token is ${state}`);
  return broken;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
