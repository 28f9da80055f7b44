// Faults in what leaves the program as text.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "DIAG-1",
    what: "a secret does not register itself",
    file: "src/core/text/secret.ts",
    from: "if (kind === undefined) KNOWN_SECRETS.add(value);",
    to: "",
  },
  {
    id: "DIAG-1",
    what: "pieces of a secret are shown",
    file: "src/core/text/known-secrets.ts",
    from: "if (!isWhole && !isPiece(",
    to: "if (!isWhole || !isPiece(",
  },
  {
    id: "DIAG-1",
    what: "Base64 is known at one alignment only",
    file: "src/core/text/known-secrets.ts",
    from: "for (const offset of [0, 1, 2]) {",
    to: "for (const offset of [0]) {",
  },
  {
    id: "DIAG-1",
    what: "words that are all words take the square of the text's length",
    file: "src/core/text/known-secrets.ts",
    from: "text.length >= LONG_WORDS || (text.length",
    to: "(text.length",
  },
  {
    id: "DIAG-1",
    what: "the host's error is not cleaned",
    file: "src/core/failure/failure.ts",
    from: "return outgoing(this.message);",
    to: "return this.message;",
  },
  {
    id: "DIAG-1",
    what: "what has no width splits a secret",
    file: "src/core/text/outgoing.ts",
    from: 'text.replace(/[\\u00ad\\u200b-\\u200f\\u2060-\\u206f\\ufeff]/g, "")',
    to: "text",
  },
  {
    id: "DIAG-1",
    what: "cut before hidden",
    file: "src/core/text/outgoing.ts",
    from: "redactor.forPerson(printable(joined(text), Number.POSITIVE_INFINITY))",
    to: "redactor.forPerson(printable(joined(text), max))",
  },
  {
    id: "DIAG-3",
    what: "an error code of any words is shown as ours",
    file: "src/auth/protocol/oauth-error.ts",
    from: "(/^[\\w.-]{1,60}$/.test(error) ? error : quoted(error, 100))",
    to: "error",
  },
  {
    id: "DIAG-3",
    what: "the server's words are not marked",
    file: "src/core/text/printable.ts",
    from: "return `in its own words ${quoted(text, max)}`;",
    to: "return quoted(text, max);",
  },
  {
    id: "DIAG-1",
    what: "names of a query are shown",
    file: "src/core/text/printable.ts",
    from: 'parsed.search === "" ? "" : "?…"',
    to: "parsed.search",
  },
  {
    id: "AUTH-2",
    what: "the issuer sees the remote's query",
    file: "src/auth/sign-in/request-parameters.ts",
    from: '  bare.search = "";\n',
    to: "",
  },
];
