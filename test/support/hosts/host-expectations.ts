// What a person must have been shown in each situation, and by when: the promise about waits that fit every host, in
// numbers. They are checked on a clock that work does not move, so no margin is there for a slow machine; only for the
// built program there is some slack.
import type { Outcome } from "./host-situations.ts";
import { CODEX_EXEC, type HostFacts, type Limit } from "./host-table.ts";
import type { ScriptedHost } from "./scripted-host.ts";
import type { Sighting } from "./sightings.ts";

/** The handshake, and the first list of tools, from the start of the process. */
const HANDSHAKE_MS = 2_000;
const LIST_MS = 8_000;
/** The list where the host gives it 30 s and never asks again. */
const PATIENT_LIST_MS = 25_000;
/** The list for Claude Code, whose first turn begins without a list that is late. */
const HURRIED_LIST_MS = 2_000;
/** `server/discover`, and lists that are empty until somebody signs in. */
const AT_ONCE_MS = 500;
/** The first list with a grant or a memory, for codex: it gives a second for handshake and list. */
const CODEX_NEXT_START_MS = 900;
/** How soon after the sign-in its tools are seen: exchange, handshake and list take no time, the bridge may look now and then. */
const AFTER_SIGN_IN_MS = 1_500;
/** A call that comes every two seconds may just have missed it. */
const IN_WORDS_MS = 4_000;
/** Until the bridge tries a remote again that was down. */
const BACK_MS = 10_000;
/** How far a promise may be missed: the clock goes in steps of 25 ms. */
const TOLERANCE_MS = 25;
/** How long before a host gives up it must have its answer, for what a real process takes to start. */
const MARGIN_MS = 150;
/** Of a fault that quotes what it found. */
const MOST_CHARACTERS = 200;
/** The host's own way to end the program must end it, within this. */
const ENDING_MS = 2_000;

/** It never lists again, and gives its only list long enough for a person to sign in. */
export function isPatient({ listsAgain, all, list }: HostFacts): boolean {
  return listsAgain === false && (all ?? list ?? { ms: 0 }).ms >= 30_000;
}

/** Gives up so soon that nobody could sign in: what it shows at a first start is its own time-out. See README. */
export function showsNothing({ facts, situation }: Outcome): boolean {
  return facts === CODEX_EXEC && (situation.kind === "nobody" || situation.kind === "down");
}

/** One line for each promise that was not kept. @param slackMs how much later everything may be on a real clock */
export function faultsOf(outcome: Outcome, slackMs = 0): string[] {
  const { facts, first, next, endings, lostSignIn, situation } = outcome;
  const faults = new Set<string>();
  const expect: Expect = {
    that: (kept, what) => void (kept !== true && faults.add(what.slice(0, MOST_CHARACTERS))),
    by: (atMs, limitMs, what) =>
      expect.that(atMs <= limitMs + slackMs, `${what} after ${Math.round(atMs)} of ${limitMs} ms`),
  };
  expect.that(lostSignIn === undefined, `the person could not sign in: ${lostSignIn}`);
  if (showsNothing(outcome)) expect.that(first.sightings.length === 0, "shows something by now: take it off");
  else {
    fitsLimits(first, situation.lateMs ?? 0, expect);
    seesIn(outcome, expect);
  }
  answersProbe(first, expect);
  emptyLists(outcome, expect);
  expect.that(first.unseenDialogs.length === 0, "a dialog was sent where the host shows none");
  if (next) {
    const [seen] = next.sightings;
    expect.that(next.gaveUp === undefined, `the next start gave up waiting for ${next.gaveUp?.waitedFor}`);
    expect.that(seen?.what === expectedNext(facts), `the next start shows ${seen?.what ?? "nothing"}`);
    const isCodex = next.facts === CODEX_EXEC;
    within(seen, isCodex ? CODEX_NEXT_START_MS : HANDSHAKE_MS, "of the next start", expect);
  }
  for (const tookMs of endings) expect.by(tookMs, ENDING_MS, "the end");
  return [...faults];
}

interface Expect {
  that(kept: boolean | undefined, what: string): void;
  by(atMs: number, limitMs: number, what: string): void;
}

const expectedNext = ({ asks }: HostFacts) => (asks.length === 0 ? "connected" : "tools");

function within(sighting: Sighting | undefined, ms: number, what: string, expect: Expect): void {
  if (sighting === undefined) return;
  expect.by(sighting.atMs, ms + TOLERANCE_MS, `${sighting.what} ${what}`);
}

function seesIn(outcome: Outcome, expect: Expect): void {
  const { facts, situation, first } = outcome;
  const [seen] = first.sightings;
  const usualMs = facts.clientName === "claude-code" ? HURRIED_LIST_MS : LIST_MS;
  const listMs = isPatient(facts) ? PATIENT_LIST_MS : usualMs;
  expect.that(seen !== undefined, "a person sees nothing");
  const is = (what: Sighting["what"]): void =>
    expect.that(seen?.what === (facts.asks.length === 0 ? "connected" : what), `${seen?.what}, not ${what}`);
  if (situation.kind === "plain") {
    is("tools");
    within(seen, (situation.lateMs ?? 0) + HANDSHAKE_MS, "of a remote that is there", expect);
    return;
  }
  within(seen, listMs, "at the first start", expect);
  if (situation.kind === "nobody") {
    is("sign-in tool");
    if (seen?.what === "sign-in tool") offersAddress(outcome, expect);
  }
  if (situation.kind === "signs in") seesAfterSignIn(outcome, listMs, is, expect);
  if (situation.kind === "down") {
    const upMs = situation.upAtMs ?? 0;
    if (isPatient(facts)) is("tools");
    if (facts.listsAgain !== true || facts.asks.length === 0) return;
    const tools = first.sightings.find(({ what }) => what === "tools");
    expect.that(tools !== undefined, "never lists the tools of a remote that came back");
    within(tools, upMs + BACK_MS, "of a remote that came back", expect);
  }
}

function offersAddress({ call, facts }: Outcome, expect: Expect): void {
  expect.that(call !== undefined && !call.isError, `the sign-in tool says: ${call?.text ?? "nothing"}`);
  expect.that(/https?:\/\//.test(call?.text ?? ""), "the sign-in tool names no address");
  if (facts.elicitation) expect.that(call?.dialog !== undefined, "no dialog during the sign-in tool's call");
}

function seesAfterSignIn(
  { facts, situation, first, told }: Outcome,
  listMs: number,
  is: (what: Sighting["what"]) => void,
  expect: Expect,
): void {
  const { signsInAtMs = 0 } = situation;
  if (signsInAtMs + AFTER_SIGN_IN_MS <= listMs) {
    is("tools");
    within(first.sightings[0], signsInAtMs + AFTER_SIGN_IN_MS, "of somebody who signed in", expect);
    return;
  }
  is("sign-in tool");
  expect.that(told !== undefined, "the sign-in tool never says that the server is connected");
  if (told === undefined) return;
  const lateMs = told.stageMs - signsInAtMs;
  expect.by(lateMs, IN_WORDS_MS + TOLERANCE_MS, "the sign-in tool tells of the sign-in");
  if (facts.listsAgain === false)
    expect.that(/reconnect|restart|\/mcp/i.test(told.text), `no word on how to reconnect: ${told.text}`);
  if (facts.listsAgain !== true) return;
  const again = first.sightings.find(({ how, what }) => how.startsWith("listed") && what === "tools");
  expect.that(again !== undefined, "does not list again after the sign-in");
  within(again, signsInAtMs + AFTER_SIGN_IN_MS, "listed again", expect);
  // Else the model's next turn lacks the tools.
  if (again)
    expect.that(again.atMs <= told.atMs, `told ${again.atMs - told.atMs} ms before the tools are listed`);
}

/** Undecided and unanswered are worse than refused: our waits would begin when the host has waited already. */
function answersProbe({ facts, answers, tooLate }: ScriptedHost, expect: Expect): void {
  expect.that(!tooLate.includes("server/discover"), "server/discover is answered when it is void");
  if (facts.discover === undefined) return;
  const probe = answers.find(({ method }) => method === "server/discover");
  expect.that(probe !== undefined, "server/discover is not answered");
  if (probe === undefined) return;
  const isRefused = probe.answer.error?.code === -32601;
  // Who is not known by its name to go on with `initialize` is answered in its own era, in the time that it has.
  const isAnswered = probe.answer.result?.resultType === "complete" && facts.discover.throwAway === true;
  expect.that(isRefused || isAnswered, `server/discover: ${JSON.stringify(probe.answer)}`);
  expect.by(probe.tookMs, isRefused ? AT_ONCE_MS : facts.discover.limitMs, "server/discover");
}

/** Prompts and resources are never waited for and never fail, be there any or not. */
function emptyLists({ first }: Outcome, expect: Expect): void {
  for (const { method, tookMs, answer } of first.answers) {
    if (method !== "prompts/list" && method !== "resources/list") continue;
    expect.that(answer.error === undefined, `${method} fails: ${answer.error?.message}`);
    expect.by(tookMs, AT_ONCE_MS, method);
  }
}

/** Every answer comes before the host stops to wait, with a margin where it was seen to. */
function fitsLimits({ facts, gaveUp, answers }: ScriptedHost, lateMs: number, expect: Expect): void {
  expect.that(
    gaveUp === undefined,
    `gave up after ${Math.round(gaveUp?.atMs ?? 0)} ms, waiting for ${gaveUp?.waitedFor}`,
  );
  const fits = (method: string, atMs: number, limit: Limit | undefined): void => {
    const margin = limit?.seen === "gives up" ? MARGIN_MS : 0;
    if (limit) expect.by(atMs, limit.ms - margin, `what the host waits for, ${method},`);
  };
  const shake = answers.find(({ method }) => method === "initialize");
  expect.that(
    shake?.answer.result !== undefined,
    `initialize: ${shake?.answer.error?.message ?? "no answer"}`,
  );
  if (shake) {
    expect.by(shake.atMs, lateMs + HANDSHAKE_MS + TOLERANCE_MS, "initialize");
    fits("initialize", shake.tookMs, facts.handshake);
    fits("initialize", shake.atMs, facts.all);
  }
  for (const method of facts.asks.flat()) {
    const answer = answers.find((one) => one.method === method);
    if (answer === undefined) continue;
    fits(method, answer.tookMs, facts.list);
    fits(method, answer.atMs, facts.all);
  }
}
