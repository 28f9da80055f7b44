// What a scripted host and its person go through: each situation from the first start to the next one.
import { HostStage } from "./host-stage.ts";
import { CODEX_EXEC, type HostFacts } from "./host-table.ts";
import type { ScriptedHost } from "./scripted-host.ts";
import type { SignInCall } from "./sightings.ts";

/** `signsInAtMs`, `upAtMs`: from the first start. */
export interface Situation {
  readonly name: string;
  readonly kind: "plain" | "nobody" | "signs in" | "down";
  readonly signsInAtMs?: number;
  readonly upAtMs?: number;
  /** The host is silent so long at its first start. */
  readonly lateMs?: number;
  /** The remote lists 60 tools on three pages. */
  readonly isPaged?: true;
  /** The remote lets everybody begin a session, and wants a sign-in for its lists. */
  readonly opensToAll?: true;
}

export const SITUATIONS: readonly Situation[] = [
  { name: "plain", kind: "plain" },
  { name: "nobody signs in", kind: "nobody" },
  ...[5, 12, 40].map((s) => ({ name: `after ${s} s`, kind: "signs in" as const, signsInAtMs: s * 1_000 })),
  { name: "down for 20 s", kind: "down", upAtMs: 20_000 },
  { name: "three pages", kind: "plain", isPaged: true },
  { name: "asked in the session", kind: "nobody", opensToAll: true },
  { name: "speaks after 9 s", kind: "plain", lateMs: 9_000 },
];

export interface Outcome {
  readonly facts: HostFacts;
  readonly situation: Situation;
  readonly first: ScriptedHost;
  /** The first call of the sign-in tool, where one was offered. */
  call?: SignInCall;
  /** The call that said the server is connected, and when, from the first start. */
  told?: SignInCall & { readonly stageMs: number };
  /** The host started once more: for `plain` the remote is down by then; absent where nobody signed in, anywhere. */
  next?: ScriptedHost;
  /** Why the person came to no end: most often the host had ended the program that waited for them. */
  lostSignIn?: string;
  /** How long the program took to end, ms of the clock. */
  readonly endings: number[];
}

/** A person or model calls the tool again after so long. */
const CALL_AGAIN_MS = 2_000;
/** After an unfinished sign-in, no tab is opened by itself for a minute. */
const FORGOTTEN_MS = 90_000;
/** Asks for one list, and waits. */
const OTHER: HostFacts = {
  host: "another host",
  version: "1",
  clientName: "another-host",
  protocolVersion: "2025-11-25",
  asks: [["tools/list"]],
  listsAgain: "unknown",
  ends: ["EOF"],
};
/** Nobody calls it for ever. */
const MOST_CALLS = 30;
/** Hosts that list again are given so long after the change. */
const LIST_AGAIN_MS = 60_000;

/** A host that is gone within seconds has no person who signs in meanwhile: they sign in under another. */
export function isPlayed({ asks, all }: HostFacts, { kind, lateMs = 0 }: Situation): boolean {
  if (lateMs > 0 && all !== undefined && all.ms <= lateMs) return false;
  return kind !== "signs in" || (asks.length > 0 && (all === undefined || all.ms >= 10_000));
}

/** What the same user starts next: codex may be without its screen, which leaves it the least time. */
export function nextStartOf(facts: HostFacts): HostFacts {
  return facts.clientName === CODEX_EXEC.clientName ? CODEX_EXEC : facts;
}

/** @param built the built program in processes of its own, on the computer's clock */
export async function play(facts: HostFacts, situation: Situation, built = false): Promise<Outcome> {
  const { kind } = situation;
  const signIn = kind === "nobody" || kind === "signs in";
  const { lateMs = 0, isPaged = false, opensToAll = false } = situation;
  const stage = await HostStage.open({ signIn, down: kind === "down", built, isPaged, opensToAll });
  try {
    const first = stage.host(facts);
    const outcome: Outcome = { facts, situation, first, endings: [] };
    const change = changeOf(stage, situation).catch((error: unknown) => {
      outcome.lostSignIn = String(error);
    });
    await first.start(lateMs);
    if (kind === "nobody") await offered(stage, outcome);
    if (kind === "signs in") await connected(stage, outcome);
    if (kind === "down") await seenAgain(first);
    outcome.endings.push(await first.quit());
    if (kind === "plain") await stage.remoteDown();
    await change;
    if (kind === "nobody" && facts.keepsList && offersSignIn(first)) {
      await signInElsewhere(stage);
      outcome.next = stage.host(facts);
      await outcome.next.startFromKept();
      outcome.endings.push(await outcome.next.quit());
    } else if (kind !== "nobody" && outcome.lostSignIn === undefined) {
      outcome.next = stage.host(nextStartOf(facts));
      await outcome.next.start();
      outcome.endings.push(await outcome.next.quit());
    }
    return outcome;
  } finally {
    await stage.close();
  }
}

/** What happens by itself, while the host does what it does. */
async function changeOf(stage: HostStage, { signsInAtMs, upAtMs }: Situation): Promise<void> {
  if (signsInAtMs !== undefined) {
    await stage.until(signsInAtMs);
    await stage.signIn();
  }
  if (upAtMs !== undefined) {
    await stage.until(upAtMs);
    await stage.remoteUp();
  }
}

/** Under another host, when the sign-in that nobody came back from is forgotten. */
async function signInElsewhere(stage: HostStage): Promise<void> {
  await stage.until(stage.atMs + FORGOTTEN_MS);
  const other = stage.host(OTHER);
  const started = other.start();
  await stage.until(stage.atMs + 1_000);
  await stage.signIn();
  await started;
  await other.quit();
}

function offersSignIn({ gaveUp, sightings }: ScriptedHost): boolean {
  return gaveUp === undefined && sightings[0]?.what === "sign-in tool";
}

async function offered(stage: HostStage, outcome: Outcome): Promise<void> {
  if (!offersSignIn(outcome.first)) return;
  const call = await callSignIn(stage, outcome);
  if (call) outcome.call = call;
}

/** Calls the tool until it says that the server is connected, then looks whether the host has listed again. */
async function connected(stage: HostStage, outcome: Outcome): Promise<void> {
  if (!offersSignIn(outcome.first)) return;
  for (let calls = 0; calls < MOST_CALLS; calls += 1) {
    const call = await callSignIn(stage, outcome);
    if (call === undefined) return;
    outcome.call ??= call;
    if (!call.isError && call.text.includes("echo")) {
      outcome.told = { ...call, stageMs: stage.atMs };
      break;
    }
    await stage.clock.sleep(CALL_AGAIN_MS);
  }
  await seenAgain(outcome.first);
}

async function seenAgain(host: ScriptedHost): Promise<void> {
  if (host.facts.listsAgain === true && host.facts.asks.length > 0 && host.gaveUp === undefined)
    await host.sees(({ what }) => what === "tools", host.atMs + LIST_AGAIN_MS);
}

/** In the server that is there; where each command has its own, in a new one. */
async function callSignIn(stage: HostStage, { facts, first, endings }: Outcome) {
  if (!facts.oneCommand) return first.callSignIn();
  endings.push(await first.quit());
  const own = stage.host({ ...facts, asks: [] });
  await own.start();
  const call = await own.callSignIn();
  endings.push(await own.quit());
  return call;
}
