// Faults in how the bridge meets remotes as they are: strict, slow, forgetful, or with rules of their own.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "NET-1",
    what: "what follows notifications/initialized may overtake it",
    file: "src/bridge/sending/sender.ts",
    from: "if (turn !== undefined) await turn;",
    to: "void turn;",
  },
  {
    id: "NET-1",
    what: "a remote that leaves notifications/initialized without an answer stops everything",
    file: "src/bridge/sending/initialized-first.ts",
    from: "const ANSWER_MS = 500;",
    to: "const ANSWER_MS = 500_000;",
  },
  {
    id: "NET-1",
    what: "the stream takes the connection that the first request would have had",
    file: "src/bridge/connecting/server-stream.ts",
    from: "ownConnection: true,",
    to: "",
  },
  {
    id: "NET-8",
    what: "a server that accepts connections but is too busy to answer counts as gone",
    file: "src/bridge/connecting/watchdog.ts",
    from: "return remote.accepted !== before;",
    to: "return false;",
  },
  {
    id: "NET-6",
    what: "a server that accepts no connection counts as busy",
    file: "src/bridge/connecting/watchdog.ts",
    from: "return remote.accepted !== before;",
    to: "return true;",
  },
  {
    id: "NET-6",
    what: "the queue of a busy server is filled with probes",
    file: "src/bridge/connecting/watchdog.ts",
    from: "patienceMs *= 2;",
    to: "",
  },
  {
    id: "NET-8",
    what: "only a connection that is encrypted counts as accepted",
    file: "src/platform/http/http-request.ts",
    from: 'if (socket.connecting) socket.once("connect", () => onAccepted?.());',
    to: 'if (socket.connecting) socket.once("encrypted" in socket ? "secureConnect" : "connect", () => onAccepted?.());',
  },
  {
    id: "NET-5",
    what: "a call that is refused with 502 and seconds is sent again though it may have run",
    file: "src/bridge/sending/retry-policy.ts",
    from: "(status === 503 && waitMs !== undefined)",
    to: "waitMs !== undefined",
  },
  {
    id: "NET-2",
    what: "a session that a host leaves stays open",
    file: "src/bridge/connecting/session-connector.ts",
    from: "else if (left !== undefined && left.sessionId !== mcpSession.sessionId) onSuperseded(left);",
    to: "",
  },
  {
    id: "LIFE-6",
    what: "an answer with status 202 is not read",
    file: "src/bridge/transport/response-kind.ts",
    from: 'if (isJson(type)) return "json";',
    to: 'if (isJson(type) && status !== 202) return "json";',
  },
  {
    id: "NET-8",
    what: "a limit that the user gave does not hold for tool calls",
    file: "src/bridge/transport/streamable-http.ts",
    from: "if (outbound.unlimited) return callHeadersTimeoutMs;",
    to: "if (outbound.unlimited) return undefined;",
  },
  {
    id: "NET-7",
    what: "a busy remote is taken for one of 2024",
    file: "src/bridge/transport/transport-selector.ts",
    from: "!PASSING.has(status)",
    to: "status !== 408",
  },
];
