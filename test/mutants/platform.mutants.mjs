// Faults of what the program takes from the system, and of the words and addresses that everything else relies on.

export default [
  {
    id: "LIM-1",
    what: "a name may lead into the private network",
    file: "src/platform/http/public-address.ts",
    from: "found.filter(({ address }) => isPublicAddress(address))",
    to: "found",
  },
  {
    id: "NET-9",
    what: "each request through a proxy has a tunnel of its own",
    file: "src/platform/http/proxy.ts",
    from: "const agent = new HttpsProxyAgent(proxy, options);",
    to: "const agent = new HttpsProxyAgent(proxy, { ...options, keepAlive: false });",
  },
  {
    id: "AUTH-12",
    what: "a container below Windows is taken for Windows",
    file: "src/platform/browser/detect-desktop.ts",
    from: "const wsl = microsoft && !container;",
    to: "const wsl = microsoft;",
  },
  {
    id: "DIAG-2",
    what: "everybody may read the debug file",
    file: "src/platform/logging/debug-file.ts",
    from: 'openSync(file, "ax", 0o600)',
    to: 'openSync(file, "ax", 0o644)',
  },
  {
    id: "AUTH-13",
    what: "an assertion keeps the line end of its file",
    file: "src/platform/assertion-source.ts",
    from: "await output(source, signal)).trim();",
    to: "await output(source, signal));",
  },
  {
    id: "DIAG-3",
    what: "terminal escapes are printed",
    file: "src/core/text/printable.ts",
    from: 'text.replace(UNPRINTABLE, " ")',
    to: "text",
  },
  {
    id: "DIAG-1",
    what: "a credential without its scheme is printed",
    file: "src/core/text/redaction.ts",
    from: "for (const part of [text, ...text.split(/\\s+/)]) {",
    to: "for (const part of [text]) {",
  },
  {
    id: "DIAG-1",
    what: "an unexpected error is quoted",
    file: "src/core/failure/failure.ts",
    from: "error instanceof Error ? error.name : typeof error;",
    to: "String(error);",
  },
  {
    id: "CLI-1",
    what: "a password in the address is taken",
    file: "src/core/remote-url.ts",
    from: 'if (url.username !== "" || url.password !== "") {',
    to: 'if (url.username === "" && url.password !== "") {',
  },
];
