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
];
