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
];
