// Faults of reading messages: what they cost, and what two readers could take for two things.

export default [
  {
    id: "LIFE-10",
    what: "nesting has no end",
    file: "src/core/mcp/json-tokens.ts",
    from: 'this.fault = "depth";',
    to: "this.#depth -= 1;",
  },
  {
    id: "LIFE-10",
    what: "control characters are let through in strings",
    file: "src/core/mcp/json-tokens.ts",
    from: "if (byte < 0x20 || at < 0) {",
    to: "if (at < 0) {",
  },
  {
    id: "LIFE-7",
    what: "a tool of which two readers see two is shown while tools are hidden",
    file: "src/bridge/host/tool-filter.ts",
    from: "this.#shows(tools[at]) && isClear(bytes, start)",
    to: "this.#shows(tools[at]) && start >= 0",
  },
  {
    id: "LIFE-7",
    what: "a list too large to be looked at passes the filter",
    file: "src/bridge/host/tool-filter.ts",
    from: "if (value.isResultTooLarge)",
    to: "if (value.isResultTooLarge && bytes.length === 0)",
  },
  {
    id: "LIFE-10",
    what: "what comes behind a large message overtakes it",
    file: "src/bridge/messages/message-reader.ts",
    from: "if (this.#reading !== undefined) this.#waiting.push(bytes);",
    to: "if (this.#reading !== undefined) this.#readNow(bytes);",
  },
  {
    id: "LIFE-6",
    what: "a request counts as answered before its answer was handed on",
    file: "src/bridge/messages/pending-request.ts",
    from: "this.#isBusy = true;",
    to: "this.#isBusy = this.#done = true;",
  },
  {
    id: "LIFE-6",
    what: "a bug on the way of a remote's answer leaves the request without one",
    file: "src/bridge/transport/transport.ts",
    from: "pending.fail(asFailure(error));",
    to: "void asFailure(error);",
  },
  {
    id: "LIFE-6",
    what: "another spelling of a member is let through",
    file: "src/core/mcp/json-names.ts",
    from: "(this.#exact.get(name) ?? this.#folded.get(foldedName(name)))",
    to: "this.#exact.get(name)",
  },
  {
    id: "LIFE-10",
    what: "objects are made of what is over the bounds",
    file: "src/core/mcp/message-value.ts",
    from: "counted.values <= MOST_READ_VALUES",
    to: "counted.values > 0",
  },
  {
    id: "LIFE-6",
    what: "a bug in a timer ends the process",
    file: "src/bridge/messages/guard.ts",
    from: "clock.after(ms, () => guarded(diagnostics, [], action))",
    to: "clock.after(ms, action)",
  },
];
