// `status` for people: a table of two columns for each remote, within 80 columns but for addresses, which must stay whole.
import { columns } from "../../core/text/columns.ts";
import type { ProcessStatus, RemoteStatus, StatusReport } from "./status-report.ts";

const REGISTRATION = {
  "pre-registered": "registered by hand",
  "metadata-document": "by its metadata document",
  dynamic: "registered by mcp-drawbridge",
} as const;
const KEY = {
  keychain: "in the system keychain",
  file: "in a file: whoever can read the folder can read your tokens",
  environment: "in DRAWBRIDGE_VAULT_KEY",
  memory: "nowhere",
  "none yet": "not made yet",
} as const;
const TRANSPORT = { http: "streamable HTTP", sse: "HTTP+SSE of 2024" } as const;

/** @param nowMs for "in 5 minutes" */
export function statusText({ folder, remotes, processes }: StatusReport, nowMs: number): string {
  const blocks = remotes.map((remote) => block(remote, nowMs));
  if (blocks.length === 0) blocks.push("No saved sign-ins.");
  const running =
    processes.length === 0 ? ["No mcp-drawbridge runs."] : ["Running:", ...processes.map(processLine)];
  return [...blocks, running.join("\n"), `Saved in ${folder}`].join("\n\n");
}

function block(remote: RemoteStatus, nowMs: number): string {
  const { problem, signIn, client, issuer, scope, revision, transport, tools, key } = remote;
  const title = remote.remote === "" ? remote.file : `${remote.remote}  (profile ${remote.profile})`;
  const protocol = [
    revision === undefined ? undefined : `${revision} (${remote.era ?? "legacy"})`,
    transport === undefined ? undefined : TRANSPORT[transport],
    tools === undefined ? undefined : `${tools} ${tools === 1 ? "tool" : "tools"}`,
  ].filter((part) => part !== undefined);
  const rows: (readonly [string, string])[] = [
    ["sign-in", stateWords(remote, nowMs)],
    ["issuer", issuer ?? ""],
    ["scopes", scope ?? ""],
    ["client", client === undefined ? "" : `${REGISTRATION[client.registration]}: ${client.id}`],
    ["protocol", protocol.join(", ")],
    ["key", key === undefined ? "" : KEY[key]],
    [
      "under way",
      signIn === undefined ? "" : `sign in at (process ${signIn.process}, ${within(signIn.until, nowMs)}):`,
    ],
    ["", signIn?.url ?? ""],
    ["problem", problem === undefined ? "" : `${problem.message} ${problem.hint} (${problem.code})`],
  ];
  return [title, columns(rows.filter(([, text]) => text !== ""))].join("\n");
}

/** How it stands with a sign-in, and until when. */
export function stateWords(
  { state, expiresAt, renews }: Pick<RemoteStatus, "state" | "expiresAt" | "renews">,
  nowMs: number,
): string {
  if (state === "not signed in" || state === "unreadable") return state;
  const until = expiresAt === undefined ? "" : `, access ${ends(expiresAt, nowMs)}`;
  return `${state}${until}, ${renews === true ? "renewed by itself" : "not renewed by itself"}`;
}

function ends(time: string, nowMs: number): string {
  return Date.parse(time) <= nowMs
    ? `ended ${minuteOf(time)}`
    : `until ${minuteOf(time)} (${within(time, nowMs)})`;
}

/** `2026-11-27 14:05 UTC` */
function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

function within(time: string, nowMs: number): string {
  const minutes = Math.max(0, Math.round((Date.parse(time) - nowMs) / 60_000));
  if (minutes < 120) return `${minutes} min left`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h left` : `${Math.round(minutes / 1_440)} days left`;
}

function processLine({ pid, remote, profile, command, host }: ProcessStatus): string {
  const account = profile === undefined ? "" : ` (profile ${profile})`;
  const by = host === undefined ? "" : `, started by ${host}`;
  return `  process ${pid}: ${command}${remote === undefined ? "" : ` ${remote}`}${account}${by}`;
}
