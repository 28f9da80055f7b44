import type { ProtocolChoice, SessionSettings, TransportStrategy } from "../../core/settings.ts";
import type { Flag } from "./flag.ts";
import { collect, seconds, secondsOrZero } from "./values.ts";

export interface SessionFlags {
  readonly transport: TransportStrategy;
  readonly protocol: ProtocolChoice;
  readonly handshakeWait?: number;
  readonly listWait?: number;
  readonly provisional: boolean;
  readonly keepAlive?: boolean;
  readonly pingInterval?: number;
  readonly ignoreTool?: readonly string[];
  readonly allowTool?: readonly string[];
  readonly readOnly?: boolean;
}

const PING_INTERVAL_MS = 30_000;

export const sessionFlags: readonly Flag[] = [
  {
    usage: "--transport <strategy>",
    description: "streamable HTTP or the older HTTP+SSE, and which is tried first",
    choices: ["http-first", "sse-first", "http-only", "sse-only"],
    preset: "http-first",
  },
  {
    usage: "--protocol <era>",
    description:
      "revisions of MCP that are spoken with the server: legacy are those up to 2025-11-25, modern is 2026-07-28; auto finds out",
    choices: ["auto", "legacy", "modern"],
    preset: "auto",
  },
  {
    usage: "--handshake-wait <seconds>",
    description:
      "answer the host's handshake at most this long after the start; calls and the sign-in tool's first call wait as long (default: as long as the host is known to wait; calls 8)",
    parse: secondsOrZero,
  },
  {
    usage: "--list-wait <seconds>",
    description:
      "answer the host's first list of tools at most this long after the start; later calls of the sign-in tool wait as long (default: as long as the host is known to wait; the tool 45)",
    parse: secondsOrZero,
  },
  { usage: "--no-provisional", description: "let the host wait as long as the sign-in takes" },
  {
    usage: "--keep-alive",
    description: "ping the server every 30 seconds, so that the connection stays open",
  },
  {
    usage: "--ping-interval <seconds>",
    description: "ping this often; implies --keep-alive",
    parse: seconds,
  },
  {
    usage: "--ignore-tool <glob>",
    description: "hide and refuse these tools; * matches anything; repeatable",
    parse: collect,
  },
  {
    usage: "--allow-tool <glob>",
    description: "show and allow only these tools; repeatable",
    parse: collect,
  },
  { usage: "--read-only", description: "show and allow only tools that say they are read-only" },
];

export function readSession(flags: SessionFlags): SessionSettings {
  const pingIntervalMs = flags.pingInterval ?? (flags.keepAlive === true ? PING_INTERVAL_MS : undefined);
  return {
    transport: flags.transport,
    protocol: flags.protocol,
    ...(flags.handshakeWait !== undefined && { handshakeWaitMs: flags.handshakeWait }),
    ...(flags.listWait !== undefined && { listWaitMs: flags.listWait }),
    provisional: flags.provisional,
    ...(pingIntervalMs !== undefined && { pingIntervalMs }),
    tools: {
      ignore: flags.ignoreTool ?? [],
      ...(flags.allowTool !== undefined && { allow: flags.allowTool }),
      readOnly: flags.readOnly === true,
    },
  };
}
