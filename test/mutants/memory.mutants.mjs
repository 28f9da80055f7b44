// Faults of what calls leave in memory when they are over.

export default [
  {
    id: "LIM-2",
    what: "each stream makes a hidden class of its own, which holds on to it",
    file: "src/bridge/transport/sse-parser.ts",
    from: "held: () => dataBytes + lineBytes,",
    to: "get held() { const bytes = dataBytes + lineBytes; return () => bytes; },",
  },
  {
    id: "LIM-2",
    what: "the oldest request stays when it is answered",
    file: "src/bridge/host/open-requests.ts",
    from: "if (at >= 0) {",
    to: "if (at > 0) {",
  },
  {
    id: "NET-8",
    what: "a signal keeps its listener when no request needs it",
    file: "src/platform/http/abort-groups.ts",
    from: 'signal.removeEventListener("abort", group.onAbort);',
    to: "",
  },
];
