// Faults of what bounds foreign documents and what is kept of them.

export default [
  {
    id: "LIM-1",
    what: "a text of any length is taken from a document",
    file: "src/auth/protocol/json-members.ts",
    from: " && value.length <= longest ? value : undefined;",
    to: " && longest > 0 ? value : undefined;",
  },
  {
    id: "LIM-1",
    what: "a list of any length is taken from a document",
    file: "src/auth/protocol/json-members.ts",
    from: "value.slice(0, MOST_ENTRIES).filter(fits)",
    to: "value.filter(fits)",
  },
  {
    id: "LIM-1",
    what: "a challenge's texts have any length",
    file: "src/auth/protocol/www-authenticate.ts",
    from: ' && value !== "" && value.length <= longest',
    to: ' && value !== "" && longest > 0',
  },
  {
    id: "LIM-1",
    what: "a record keeps every client",
    file: "src/auth/client/select-client.ts",
    from: ".slice(-MOST_CLIENTS)",
    to: "",
  },
  {
    id: "LIM-1",
    what: "an address of any length is opened",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: "if (url.href.length > LONGEST_ADDRESS) throw addressTooLong(url);",
    to: "void [LONGEST_ADDRESS, addressTooLong];",
  },
  {
    id: "TOK-10",
    what: "logout leaves what it cannot read",
    file: "src/auth/token/revoke.ts",
    from: "await held.read().catch(unreadable)",
    to: "await held.read()",
  },
  {
    id: "TOK-10",
    what: "logout leaves what was set aside",
    file: "src/store/file-vault.ts",
    from: "for (const other of await files.list(vaultFolder)) {",
    to: "for (const other of []) {",
  },
];
