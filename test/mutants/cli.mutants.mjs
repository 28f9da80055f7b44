// Faults of the command line: what is taken, what is refused, and which exit code says so.

export default [
  {
    id: "CLI-1",
    what: "every failure exits with the same code",
    file: "src/cli/run.ts",
    from: "return failure.exitCode;",
    to: "return 1;",
  },
  {
    id: "CLI-1",
    what: "a misspelt command is taken for an address",
    file: "src/cli/commands/command.ts",
    from: 'if (text.includes(":") || text.includes(".") || text.includes("/")) return text;',
    to: "if (text) return text;",
  },
  {
    id: "CLI-1",
    what: "the environment wins over the command line",
    file: "src/cli/command-line/env-flags.ts",
    from: 'if (text === undefined || command.getOptionValueSource(key) === "cli") continue;',
    to: "if (text === undefined) continue;",
  },
  {
    id: "CLI-1",
    what: "unencrypted addresses need no flag",
    file: "src/cli/command-line/settings-from-flags.ts",
    from: "parseRemoteUrl(url, flags.allowHttp === true)",
    to: "parseRemoteUrl(url, true)",
  },
  {
    id: "CLI-1",
    what: "an issuer may be at a plain http address",
    file: "src/cli/flags/values.ts",
    from: '(url?.protocol === "http:" && isLoopbackHost(url.hostname))',
    to: '(url?.protocol === "http:" || isLoopbackHost(""))',
  },
  {
    id: "CLI-1",
    what: "a client certificate needs no key",
    file: "src/cli/flags/network-flags.ts",
    from: "if ((flags.clientCert === undefined) !== (flags.clientKey === undefined)) {",
    to: "if (flags.clientKey !== undefined && flags.clientCert === undefined) {",
  },
  {
    id: "CLI-1",
    what: "headers of ours may be given in capitals",
    file: "src/cli/inputs/headers.ts",
    from: "RESERVED_HEADERS.has(name.toLowerCase())",
    to: "RESERVED_HEADERS.has(name)",
  },
  {
    id: "REG-9",
    what: "a variable's value becomes part of the JSON's structure",
    file: "src/cli/inputs/json-argument.ts",
    from: "parsed = JSON.parse(text);",
    to: "parsed = JSON.parse(expandVariables(text, context.env, place));",
  },
  {
    id: "REG-9",
    what: "a byte order mark makes a file unreadable",
    file: "src/cli/inputs/files.ts",
    from: '.replace(/^\\uFEFF/, "")',
    to: "",
  },
  {
    id: "REG-9",
    what: "the place of a secret is sent as the secret",
    file: "src/cli/inputs/client-info.ts",
    from: "new Secret(text) : readKeychain(service, account)",
    to: "new Secret(text) : new Secret(text)",
  },
];
