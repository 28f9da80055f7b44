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
];
