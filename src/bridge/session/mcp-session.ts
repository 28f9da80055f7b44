/** A session with the remote, as every later request must name it. Immutable: a new handshake makes a new one. */
export interface McpSession {
  /** Counts the handshakes, so that ten requests that lost one session ask for one replay. */
  readonly generation: number;
  /** Absent: the remote keeps no session. */
  readonly sessionId: string | undefined;
  readonly protocolVersion: string | undefined;
  /** `mcp-session-id` and `mcp-protocol-version`, as far as there are any. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Visible ASCII, as the transport demands; anything else could not be sent back in a header. */
const HEADER_VALUE = /^[\x21-\x7e]{1,4096}$/;

export function createMcpSession(
  generation: number,
  sessionId: string | undefined,
  protocolVersion: string | undefined,
): McpSession {
  const headers: Record<string, string> = {};
  const id = sessionId !== undefined && HEADER_VALUE.test(sessionId) ? sessionId : undefined;
  if (id !== undefined) headers["mcp-session-id"] = id;
  if (protocolVersion !== undefined && HEADER_VALUE.test(protocolVersion)) {
    headers["mcp-protocol-version"] = protocolVersion;
  }
  return { generation, sessionId: id, protocolVersion, headers };
}
