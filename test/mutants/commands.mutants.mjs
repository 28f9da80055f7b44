// Faults of the commands that look: status, doctor, trace.

export default [
  {
    id: "CLI-2",
    what: "status shows the query of a server's address",
    file: "src/app/status/status.ts",
    from: "remote: urlForPeople(key.remote),",
    to: "remote: key.remote,",
  },
  {
    id: "CLI-2",
    what: "a failure with --json prints no JSON",
    file: "src/cli/run.ts",
    from: "invocation.json === true)",
    to: "invocation.json !== true)",
  },
  {
    id: "CLI-2",
    what: "login does not say whether the sign-in is renewed",
    file: "src/app/login/login.ts",
    from: "...(renews !== undefined && { renews }),",
    to: "",
  },
  {
    id: "CLI-2",
    what: "doctor takes an issuer without PKCE for one with it",
    file: "src/app/doctor/sign-in-lines.ts",
    from: 'if (pkce === "announced")',
    to: "if (pkce !== undefined)",
  },
  {
    id: "CLI-2",
    what: "the certificate of a server that expired is the user's move",
    file: "src/app/doctor/connection-lines.ts",
    from: 'isServers ? "server" : "you"',
    to: '"you"',
  },
  {
    id: "CLI-2",
    what: "doctor exits with 0 although a line failed",
    file: "src/app/doctor/lines.ts",
    from: "? EXIT_CODES.LOCAL : EXIT_CODES[family]",
    to: "? 0 : 0",
  },
  {
    id: "DIAG-3",
    what: "what a log has in it ends the data of the page",
    file: "src/app/trace/trace-page.ts",
    from: '.replaceAll("<", "\\\\u003c")',
    to: "",
  },
  {
    id: "DIAG-2",
    what: "what comes after a sign-in has its number",
    file: "src/auth/sign-in-log.ts",
    from: "this.#current = undefined;",
    to: "",
  },
  {
    id: "REG-6",
    what: "a secret in a public document is not told",
    file: "src/app/client-metadata/client-metadata.ts",
    from: 'if ("client_secret" in document)',
    to: "if (false)",
  },
];
