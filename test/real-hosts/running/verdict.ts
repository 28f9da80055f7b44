// From what a run left behind to one row of the table: what a person is shown, and after how many seconds.
import type { AskedModel } from "../model/model-server.ts";
import { callsSignIn, isTool, namesIn, SIGN_IN_TOOL } from "../model/sign-in-script.ts";
import type { Run } from "./launch.ts";
import { TOOL_COUNT } from "./pages.ts";
import type { HostCommand } from "./real-host.ts";
import type { Situation } from "./scene.ts";

export interface Seen {
  readonly situation: Situation;
  readonly command: Pick<HostCommand, "kind" | "printsState">;
  readonly run: Run;
  readonly asked: readonly AskedModel[];
  /** `tools/list` requests that the remote got. */
  readonly lists: number;
  readonly browserTabs: number;
}

export interface Verdict {
  readonly shown: string;
  /** Since the host's start; undefined: never. */
  readonly afterMs?: number;
  /** A person is left without tools and without a way to them. */
  readonly nothing: boolean;
}

const REMOTE_TOOLS = ["echo", "count"];
const TROUBLE = /error|timed out|fail/i;
const REASON = /sign[ -]?in\b|signed in/i;

export function verdict(seen: Seen): Verdict {
  if (seen.situation.startsWith("pages")) return ofPages(seen);
  return seen.command.kind === "agent" ? ofAgent(seen) : ofList(seen);
}

/** Pages: how many of the tools there are. A host that shows some shows something. */
function ofPages(seen: Seen): Verdict {
  const { run, asked, command } = seen;
  if (command.printsState) return ofList(seen);
  const found = asked.map((one) => pagedIn(namesIn(one).join("\n")));
  const most = command.kind === "agent" ? Math.max(0, ...found) : pagedIn(run.stdout);
  const first = asked[found.indexOf(most)]?.atMs ?? run.endedAtMs;
  const shown = `${most} of ${TOOL_COUNT} tools, ${seen.lists} requests`;
  return { shown, afterMs: first - run.startedAtMs, nothing: most === 0 };
}

function pagedIn(text: string): number {
  return new Set(text.match(/paged_\d\d/g)).size;
}

function ofAgent({ run, asked, browserTabs, situation }: Seen): Verdict {
  const offering = (names: readonly string[]) =>
    asked.find((one) => namesIn(one).some((offered) => names.some((name) => isTool(name, offered))));
  const signIn = offering([SIGN_IN_TOOL]);
  const real = offering(REMOTE_TOOLS);
  const results = asked.at(-1)?.results ?? [];
  const calls = asked.filter(({ turn }) => callsSignIn(turn)).length;
  const said = asked.flatMap((one) => one.results).filter(({ tool }) => isTool(SIGN_IN_TOOL, tool));
  const parts: string[] = [];
  if (signIn)
    parts.push(`sign-in tool, called ${calls} times: "${excerpt(said.at(-1)?.text ?? "no result")}"`);
  if (real && signIn && real !== signIn) parts.push(`tools after ${seconds(real.atMs - run.startedAtMs)}`);
  else if (real) parts.push("tools");
  if (signIn && !real && situation === "person") parts.push("no tools in this run");
  const echoed = results.find(({ tool }) => isTool("echo", tool));
  if (echoed) parts.push(`echo said ${excerpt(echoed.text)}`);
  if (browserTabs > 0) parts.push(`${browserTabs} tab(s) opened`);
  const first = signIn ?? real;
  if (first) return { shown: parts.join("; "), afterMs: first.atMs - run.startedAtMs, nothing: false };
  return withoutTools(run, asked.length);
}

function withoutTools(run: Run, asked?: number): Verdict {
  const all = [...lines(run.stderr), ...lines(run.stdout)];
  const reason = all.find((line) => REASON.test(line));
  const afterMs = run.endedAtMs - run.startedAtMs;
  if (reason !== undefined) return { shown: `reason: "${excerpt(reason)}"`, afterMs, nothing: false };
  if (asked) return { shown: "NOTHING (no tool of the server)", afterMs, nothing: true };
  const before = asked === 0 ? "the model was never asked; " : "";
  const last = all.find((line) => TROUBLE.test(line)) ?? all.at(-1) ?? "";
  return { shown: `NOTHING (${before}"${excerpt(last)}")`, afterMs, nothing: true };
}

/** What a list command printed: tools by name, the state of the server, or a reason. */
function ofList({ run, command, browserTabs }: Seen): Verdict {
  const afterMs = run.endedAtMs - run.startedAtMs;
  const tabs = browserTabs > 0 ? `; ${browserTabs} tab(s) opened` : "";
  if (run.overdue) return { shown: "NOTHING (did not end in time)", afterMs, nothing: true };
  const all = lines(command.printsState ? `${run.stdout}\n${run.stderr}` : run.stdout);
  if (command.printsState) {
    const state = all.find((line) => /\bremote\b/.test(line) && STATE.test(line));
    if (state === undefined) return withoutTools(run);
    const word = STATE.exec(state)?.[0] ?? "";
    const nothing = BAD_STATE.test(word);
    return { shown: `${nothing ? "NOTHING, " : ""}says "${excerpt(word)}"${tabs}`, afterMs, nothing };
  }
  const names = [SIGN_IN_TOOL, ...REMOTE_TOOLS].filter((name) => all.some((line) => mentions(line, name)));
  if (names.length > 0) return { shown: `lists ${names.join(", ")}${tabs}`, afterMs, nothing: false };
  return withoutTools(run);
}

const STATE = /(?:connected|disconnected|connecting|failed|needs auth).*/i;
const BAD_STATE = /disconnected|failed/i;

function mentions(line: string, name: string): boolean {
  return new RegExp(`(?:^|[^a-z])${name}(?:$|[^a-z])`).test(line);
}

function lines(text: string): string[] {
  return text
    .replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

const MOST_CHARACTERS = 140;

function excerpt(text: string): string {
  const one = text
    .replaceAll(/\s+/g, " ")
    .replace(/https?:\/\/\S+/g, "<url>")
    .trim();
  return one.length > MOST_CHARACTERS ? `${one.slice(0, MOST_CHARACTERS)}...` : one;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
