// Faults of `import`: whose tokens are taken, and what is left to the other program.

export default [
  {
    id: "TOK-2",
    what: "a refresh token is taken over though the server names another issuer now",
    file: "src/auth/adopt/adopt-grant.ts",
    from: "!isNamed(found.issuer, discovery.issuer)",
    to: 'found.issuer === ""',
  },
  {
    id: "TOK-2",
    what: "a client's secret is taken over though it is another issuer's",
    file: "src/auth/adopt/adopt-grant.ts",
    from: "client === undefined || client.issuer !== issuer",
    to: "client === undefined",
  },
  {
    id: "CLI-2",
    what: "mcp-remote keeps the tokens that were taken over",
    file: "src/app/import/take-over.ts",
    from: "  await markMoved(stored.files);\n",
    to: "",
  },
];
