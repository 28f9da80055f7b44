// Faults in how answers are found: in odd wrappings, of odd shapes, and elsewhere.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "NET-8",
    what: "nobody waits for an answer that comes elsewhere",
    file: "src/bridge/sending/answers-elsewhere.ts",
    from: "if (mcpSession === undefined || this.#listening !== mcpSession || this.#lifetime.aborted) return;",
    to: "if (forMs > 0) return;",
  },
  {
    id: "LIFE-6",
    what: "a remote that says that it has no stream is waited for",
    file: "src/bridge/sending/answers-elsewhere.ts",
    from: "this.#listening = undefined;\n    this.#tell();",
    to: "",
  },
  {
    id: "LIFE-6",
    what: "an answer elsewhere to what the bridge asks itself is dropped",
    file: "src/bridge/sending/answers-elsewhere.ts",
    from: "if (answerPending(requests, message)) return true;",
    to: "void [requests, message, answerPending];",
  },
  {
    id: "NET-3",
    what: "a call that is answered with nothing is sent again in the next session",
    file: "src/bridge/sending/sender.ts",
    from: "if (outbound.safe && progress.recoveries === 0 && session.mcpSession !== mcpSession) {",
    to: "if (progress.recoveries === 0 && session.mcpSession !== mcpSession) {",
  },
  {
    id: "NET-1",
    what: "the last event of a stream is dropped without its empty line",
    file: "src/bridge/transport/response-reader.ts",
    from: "messages.push(last.data);",
    to: "",
  },
  {
    id: "NET-4",
    what: "an event that is taken without its empty line comes again",
    file: "src/bridge/transport/response-reader.ts",
    from: "last.id !== undefined) onId(last.id);",
    to: "last.id !== undefined) void onId;",
  },
  {
    id: "NET-1",
    what: "an answer of another type is not read",
    file: "src/bridge/transport/response-kind.ts",
    from: 'return "perhaps json";',
    to: 'return status === 202 ? "accepted" : "foreign";',
  },
  {
    id: "NET-1",
    what: "a page is read as an answer",
    file: "src/bridge/transport/response-kind.ts",
    from: 'if (isHtml(type)) return status === 202 ? "accepted" : "foreign";',
    to: "",
  },
  {
    id: "NET-7",
    what: "an endpoint on the answer of a POST leads nowhere",
    file: "src/bridge/transport/transport-selector.ts",
    from: "outcome.isOldTransport === true ||",
    to: "",
  },
  {
    id: "LIFE-6",
    what: "an error that is null is an error",
    file: "src/core/mcp/message-value.ts",
    from: '["code", "message"]) ?? undefined;',
    to: '["code", "message"]);',
  },
  {
    id: "LIFE-6",
    what: "an error that lacks the id is no answer",
    file: "src/core/mcp/message.ts",
    from: "if (!id && !isError)",
    to: "if (!id)",
  },
];
