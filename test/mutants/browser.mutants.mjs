// Faults in where a browser is sent, and who may be there when it comes back.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "LIM-1",
    what: "the browser is sent to private addresses",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: "  await checkBrowserAddress(context, page);\n",
    to: "",
  },
  {
    id: "LIM-1",
    what: "a device code's page may be on a private address",
    file: "src/auth/sign-in/device/device-code.ts",
    from: "  await checkBrowserAddress(context, address);\n",
    to: "",
  },
  {
    id: "LIM-1",
    what: "a name of a private address is taken for a public host",
    file: "src/platform/http/public-address.ts",
    from: "found.length === 0 || found.some(",
    to: "found.length >= 0 || found.some(",
  },
  {
    id: "AUTH-8",
    what: "a callback that is bound somewhere leaves localhost to others",
    file: "src/platform/callback/bound-servers.ts",
    from: "return [given, ...loopback.filter(",
    to: "return [given, ...[].filter(",
  },
  {
    id: "AUTH-8",
    what: "a wildcard's single addresses are left to others",
    file: "src/platform/callback/bound-servers.ts",
    from: "arrived.has(socket.localPort) && resolve(true)",
    to: "resolve(true)",
  },
  {
    id: "AUTH-7",
    what: "openers get the address as the issuer wrote it",
    file: "src/platform/browser/browser.ts",
    from: "const address = encodedAddress(url);",
    to: "const address = url.href;",
  },
  {
    id: "AUTH-7",
    what: "hosts get the address as the issuer wrote it",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: "const address = encodedAddress(page);",
    to: "const address = page.href;",
  },
  {
    id: "AUTH-7",
    what: "a percent sign that encodes nothing is left to cmd",
    file: "src/core/text/encoded-address.ts",
    from: "%(?![0-9A-Fa-f]{2})|",
    to: "",
  },
];
