// Faults in what follows a registration or a sign-in that was refused.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "REG-4",
    what: "a registration is not tried without its scope",
    file: "src/auth/client/register-client.ts",
    from: 'complaint === "scope" ? name === "scope" :',
    to: 'complaint === "scope" ? false :',
  },
  {
    id: "REG-4",
    what: "a registration is not tried without members that RFC 7591 does not know",
    file: "src/auth/client/register-client.ts",
    from: 'complaint === "member" && !MEMBERS.has(name)',
    to: "false",
  },
  {
    id: "REG-4",
    what: "what the user gave is left out of a registration",
    file: "src/auth/client/register-client.ts",
    from: "if (Object.hasOwn(overrides, name)) return false;",
    to: "",
  },
  {
    id: "REG-4",
    what: "an issuer that is busy is not waited for",
    file: "src/auth/client/register-client.ts",
    from: "waits === MOST_WAITS) return answer;",
    to: "true) return answer;",
  },
  {
    id: "REG-4",
    what: "an issuer that is busy is waited for as long as it says",
    file: "src/auth/client/register-client.ts",
    from: "if (waitedMs > MOST_WAIT_MS) return answer;",
    to: "",
  },
  {
    id: "REG-4",
    what: "who is not on a list is asked for a token",
    file: "src/auth/client/registration-refusal.ts",
    from: "if (hasList && !isAboutToken)",
    to: "if (false)",
  },
  {
    id: "REG-5",
    what: "a registration token has no scheme of its own",
    file: "src/auth/client/register-client.ts",
    from: "/^[\\w!#$%&'*+.^`|~-]+ +\\S/.test(token)",
    to: "false",
  },
  {
    id: "DISC-11",
    what: "only OAuth's own members are read of a refusal",
    file: "src/auth/protocol/refusal-words.ts",
    from: "const sentence = json === undefined ? plainText(text, contentType) : sentenceIn(json);",
    to: 'const sentence = textOf(json, "error_description");',
  },
  {
    id: "DIAG-1",
    what: "the words of a refusal keep what was sent",
    file: "src/auth/protocol/refusal-words.ts",
    from: "printable(hide(sentence))",
    to: "printable(sentence)",
  },
  {
    id: "AUTH-10",
    what: "nobody is told that no scope was asked for",
    file: "src/auth/sign-in/sign-in-failures.ts",
    from: "return scope === undefined ? WITHOUT_SCOPE : undefined;",
    to: "return undefined;",
  },
];
