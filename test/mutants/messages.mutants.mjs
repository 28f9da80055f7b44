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
];
