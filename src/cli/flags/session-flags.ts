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
    choices: ["http-first", "sse-first", "http-only", "sse-only"],
    preset: "http-first",
  },
  {
    usage: "--protocol <era>",
    choices: ["auto", "legacy", "modern"],
    preset: "auto",
  },
  {
    usage: "--handshake-wait <seconds>",
    parse: secondsOrZero,
  },
  {
    usage: "--list-wait <seconds>",
    parse: secondsOrZero,
  },
  { usage: "--no-provisional" },
  {
    usage: "--keep-alive",
  },
  {
    usage: "--ping-interval <seconds>",
    parse: seconds,
  },
  {
    usage: "--ignore-tool <glob>",
    parse: collect,
  },
  {
    usage: "--allow-tool <glob>",
    parse: collect,
  },
  { usage: "--read-only" },
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
