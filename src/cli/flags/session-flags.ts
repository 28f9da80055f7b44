import type { SessionSettings, TransportStrategy } from "../../core/settings.ts";
import { Option } from "../commander.ts";
import { collect, seconds, secondsOrZero } from "./values.ts";

export interface SessionFlags {
  readonly transport: TransportStrategy;
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

export const sessionFlags = (): Option[] => [
  new Option("--transport <strategy>", "streamable HTTP or the older HTTP+SSE, and which is tried first")
    .choices(["http-first", "sse-first", "http-only", "sse-only"])
    .default("http-first"),
  new Option(
    "--handshake-wait <seconds>",
    "answer the host's handshake at most this long after the start; calls and the sign-in tool's first call wait as long (default: as long as the host is known to wait; calls 8)",
  ).argParser(secondsOrZero),
  new Option(
    "--list-wait <seconds>",
    "answer the host's first list of tools at most this long after the start; later calls of the sign-in tool wait as long (default: as long as the host is known to wait; the tool 45)",
  ).argParser(secondsOrZero),
  new Option("--no-provisional", "let the host wait as long as the sign-in takes"),
  new Option("--keep-alive", "ping the server every 30 seconds, so that the connection stays open"),
  new Option("--ping-interval <seconds>", "ping this often; implies --keep-alive").argParser(seconds),
  new Option("--ignore-tool <glob>", "hide and refuse these tools; * matches anything; repeatable").argParser(
    collect,
  ),
  new Option("--allow-tool <glob>", "show and allow only these tools; repeatable").argParser(collect),
  new Option("--read-only", "show and allow only tools that say they are read-only"),
];

export function readSession(flags: SessionFlags): SessionSettings {
  const pingIntervalMs = flags.pingInterval ?? (flags.keepAlive === true ? PING_INTERVAL_MS : undefined);
  return {
    transport: flags.transport,
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
