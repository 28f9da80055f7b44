// What hosts do at their start, one row a host. Every fact was seen in the version that its row names, on Linux, on
// 2026-11-25; a comment says where one was seen in a part of the host only, or not at all. Versions move: look again
// before you rely on one.
import type { Ending } from "./host-process.ts";

/** How long a host waits. `gives up`: it was seen to end there. `passed`: it was seen to wait that long, maybe longer. */
export interface Limit {
  readonly ms: number;
  readonly seen: "gives up" | "passed";
}

export type Asked = "tools/list" | "prompts/list" | "resources/list" | "logging/setLevel";

export interface HostFacts {
  /** As the table prints it. */
  readonly host: string;
  readonly version: string;
  readonly clientName: string;
  readonly protocolVersion: string;
  /** `server/discover` comes first and is waited for so long. `throwAway`: in a process that ends before the real one. */
  readonly discover?: { readonly limitMs: number; readonly throwAway?: true };
  /** For everything up to the last first list, from the start of the process. */
  readonly all?: Limit;
  /** For the answer to `initialize`. */
  readonly handshake?: Limit;
  /** For the answer to a list, from its request. */
  readonly list?: Limit;
  /** What a late list makes it do: say `notifications/cancelled`, and with `closes` end the server. */
  readonly lateList?: { readonly closes: boolean };
  /** Asked one group after the other, a group's members at once. Nothing: it only looks whether the server starts. */
  readonly asks: readonly (readonly Asked[])[];
  /** How often a list that failed is asked for. Default once. */
  readonly listAttempts?: number;
  /** An error of this list ends the server. */
  readonly endsOnErrorOf?: Asked;
  /** Lists again on `list_changed`; `unknown`: nobody looked, and the scripted host does not. */
  readonly listsAgain: boolean | "unknown";
  /** It takes the first page of a list for the whole list. */
  readonly readsFirstPageOnly?: true;
  /** Begins with the tools of its last start, and asks for a list when it is told of a change. */
  readonly keepsList?: true;
  /** Offers elicitation in URL mode; at the start it is cancelled unseen, during a tool call it is a dialog. */
  readonly elicitation?: true;
  /** After this long without an answer to `initialize`: a second process, spoken to with `Content-Length` headers. */
  readonly framedAgain?: true;
  /** Gives the bridge only HOME, PATH, SHELL, TERM and USER. */
  readonly bareEnvironment?: true;
  /** Each list or call is a process of its own. */
  readonly oneCommand?: true;
  readonly ends: readonly Ending[];
}

const NEWEST = "2025-11-25";
const gives = (ms: number): Limit => ({ ms, seen: "gives up" });
const passed = (ms: number): Limit => ({ ms, seen: "passed" });

/** codex without its screen: one second for the handshake and the list (seen in 0.169). */
export const CODEX_EXEC: HostFacts = {
  host: "codex exec",
  version: "0.169",
  clientName: "codex-mcp-client",
  protocolVersion: "2025-06-18",
  all: gives(1_050),
  asks: [["tools/list"]],
  listsAgain: false,
  elicitation: true,
  bareEnvironment: true,
  ends: ["EOF", "SIGTERM"],
};

export const HOSTS: readonly HostFacts[] = [
  {
    host: "Claude Code",
    version: "2.1",
    clientName: "claude-code",
    protocolVersion: NEWEST,
    discover: { limitMs: 3_000 },
    all: gives(30_000), // in -p
    list: gives(30_000), // then it cancels; the server stays
    lateList: { closes: false },
    asks: [["tools/list", "prompts/list", "resources/list"]],
    listAttempts: 4,
    listsAgain: true,
    elicitation: true,
    ends: ["SIGINT"],
  },
  {
    host: "claude mcp list",
    version: "2.1",
    clientName: "claude-code",
    protocolVersion: NEWEST,
    discover: { limitMs: 3_000 },
    list: gives(5_000),
    asks: [["tools/list"]],
    listsAgain: "unknown",
    ends: ["SIGINT"],
  },
  {
    host: "Copilot CLI",
    version: "1.0",
    clientName: "copilot-cli",
    protocolVersion: NEWEST,
    discover: { limitMs: 10_000 },
    all: gives(65_000),
    asks: [["tools/list"], ["tools/list"]], // twice
    keepsList: true, // on disk, a lone sign-in tool too; that it asks for none then is taken from that
    listsAgain: true,
    elicitation: true,
    ends: ["SIGTERM", "EOF"],
  },
  { ...CODEX_EXEC, host: "codex TUI", all: gives(30_000) }, // the same client, with thirty seconds
  CODEX_EXEC,
  {
    host: "Gemini CLI",
    version: "0.61",
    clientName: "gemini-cli-mcp-client",
    protocolVersion: "2025-06-18",
    handshake: gives(600_000),
    asks: [["prompts/list"], ["tools/list"], ["resources/list"]],
    endsOnErrorOf: "prompts/list",
    readsFirstPageOnly: true,
    listsAgain: true,
    ends: ["SIGTERM"],
  },
  {
    host: "gemini mcp list",
    version: "0.61",
    clientName: "mcp-test-client",
    protocolVersion: "2025-06-18",
    handshake: gives(5_000),
    asks: [],
    listsAgain: "unknown",
    ends: ["SIGTERM"],
  },
  {
    host: "Qwen Code",
    version: "0.24",
    clientName: "qwen-cli-mcp-client-remote", // the last word is the server's name
    protocolVersion: NEWEST,
    all: gives(30_000), // from the start of the process
    asks: [["prompts/list", "resources/list"], ["tools/list"]],
    listsAgain: false,
    ends: ["EOF"],
  },
  {
    host: "opencode",
    version: "1.18",
    clientName: "opencode",
    protocolVersion: NEWEST,
    handshake: passed(8_000),
    list: gives(30_000),
    lateList: { closes: true },
    asks: [["tools/list"]],
    listsAgain: true,
    ends: ["EOF"],
  },
  {
    host: "Cline CLI",
    version: "3.0",
    clientName: "@cline/core",
    protocolVersion: "2024-11-05",
    handshake: gives(3_000),
    framedAgain: true,
    list: passed(8_000),
    asks: [["tools/list"]],
    readsFirstPageOnly: true,
    listsAgain: false,
    ends: ["EOF", "SIGTERM"],
  },
  {
    host: "Continue",
    version: "1.5",
    clientName: "continue-cli-client",
    protocolVersion: NEWEST,
    handshake: passed(61_000),
    list: passed(45_000),
    asks: [["prompts/list"], ["tools/list"]],
    readsFirstPageOnly: true,
    listsAgain: false,
    ends: ["EOF"],
  },
  {
    host: "Inspector --cli",
    version: "2.12",
    clientName: "inspector-cli",
    protocolVersion: NEWEST,
    handshake: gives(15_000),
    list: passed(45_000),
    asks: [["logging/setLevel"], ["tools/list"]],
    listsAgain: "unknown",
    bareEnvironment: true,
    oneCommand: true,
    ends: ["EOF"],
  },
  {
    host: "mcporter",
    version: "0.12",
    clientName: "mcporter",
    protocolVersion: NEWEST,
    all: gives(30_000), // of `list`; `call` has 60 s
    asks: [["tools/list"]],
    listsAgain: "unknown",
    oneCommand: true,
    ends: ["EOF"],
  },
  {
    host: "mcpc",
    version: "0.2",
    clientName: "mcpc",
    protocolVersion: NEWEST,
    handshake: gives(60_000),
    list: passed(45_000),
    asks: [["tools/list"]],
    listsAgain: "unknown",
    bareEnvironment: true,
    ends: ["EOF"],
  },
  {
    host: "AI SDK",
    version: "2.0",
    clientName: "ai-sdk-mcp-client",
    protocolVersion: NEWEST,
    discover: { limitMs: 1_000 },
    handshake: passed(60_000),
    asks: [["tools/list"]],
    listsAgain: "unknown",
    ends: ["SIGTERM"],
  },
  {
    host: "Mastra",
    version: "2.0",
    clientName: "remote", // the server's name
    protocolVersion: NEWEST,
    discover: { limitMs: 10_000, throwAway: true }, // the limit was not seen
    handshake: passed(60_000),
    asks: [["tools/list"]],
    listsAgain: "unknown",
    ends: ["SIGTERM", "EOF"],
  },
  {
    host: "LangChain",
    version: "1.1",
    clientName: "@langchain/mcp-adapters",
    protocolVersion: NEWEST,
    handshake: passed(60_000),
    asks: [["tools/list"]],
    listsAgain: "unknown",
    ends: ["EOF"],
  },
];
