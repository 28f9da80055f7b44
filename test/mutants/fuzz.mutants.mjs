// Faults that targets of `npm run fuzz` find. For JSON, challenges and globs there are some elsewhere.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "LIFE-5",
    what: "the last byte of a chunk is lost",
    file: "src/bridge/host/line-splitter.ts",
    from: "if (from < chunk.length) keep(chunk.subarray(from));",
    to: "if (from + 1 < chunk.length) keep(chunk.subarray(from));",
  },
  {
    id: "NET-1",
    what: "CR and LF in two chunks are two ends of line",
    file: "src/bridge/transport/sse-parser.ts",
    from: "if (from === chunk.length) afterReturn = true;",
    to: "if (from === chunk.length) afterReturn = false;",
  },
  {
    id: "DIAG-1",
    what: "a piece between two runs of the index is shown",
    file: "src/core/text/known-secrets.ts",
    from: "const STRIDE = PIECE - RUN + 1;",
    to: "const STRIDE = PIECE - RUN + 2;",
  },
  {
    id: "VAULT-2",
    what: "a member of the record is not read",
    file: "src/store/record/record-members.ts",
    from: "  attempts: number,\n",
    to: "",
  },
];
