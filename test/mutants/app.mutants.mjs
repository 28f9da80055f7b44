// Faults of the commands, and of how the parts are joined.

export default [
  {
    id: "LIFE-2",
    what: "a host that asked nothing is answered",
    file: "src/app/refuse-host.ts",
    from: 'if (request?.kind !== "request") return;',
    to: "if (request === undefined) return;",
  },
  {
    id: "LIFE-8",
    what: "the program ends while standard output is being written",
    file: "src/app/write-out.ts",
    from: "output.write(text, (error) => {",
    to: "resolve();output.write(text, (error) => {",
  },
  {
    id: "VAULT-3",
    what: "all profiles are one account",
    file: "src/app/compose.ts",
    from: "profile: store.profile,",
    to: 'profile: "default",',
  },
  {
    id: "TOK-10",
    what: "logout --all looks under the flags of today",
    file: "src/app/logout.ts",
    from: "adapters, record.key",
    to: "adapters",
  },
  {
    id: "AUTH-12",
    what: "what a person took out of a terminal's environment is put back",
    file: "src/app/adapters.ts",
    from: '"isTTY" in stdin && stdin.isTTY === true ?',
    to: '"isTTY" in stdin && stdin.isTTY === 1 ?',
  },
];
