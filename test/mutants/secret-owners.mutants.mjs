// Faults in who is sent what of the user.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "REG-2",
    what: "a machine's secret goes to whom the remote names",
    file: "src/auth/client/secret-owner.ts",
    from: "if (!byPerson) throw issuerNeeded(secret, found);",
    to: "",
  },
  {
    id: "REG-2",
    what: "a secret is not bound at its first use",
    file: "src/auth/client/secret-owner.ts",
    from: "await secretOwners.bind(secret, ownerOf(found));",
    to: "",
  },
  {
    id: "REG-2",
    what: "the code's exchange asks nobody whose client it is",
    file: "src/auth/sign-in/browser/code-exchange.ts",
    from: "await claimClient(context, client, true);",
    to: "",
  },
  {
    id: "REG-2",
    what: "a device code asks nobody whose client it is",
    file: "src/auth/sign-in/device/device-code.ts",
    from: "await claimClient(context, client, wanted.byPerson);",
    to: "",
  },
  {
    id: "REG-5",
    what: "a registration token goes to whom the remote names",
    file: "src/auth/client/register-client.ts",
    from: 'if (token !== undefined) await claimSecret(context, "registrationToken", metadata, request.byPerson);',
    to: "",
  },
  {
    id: "REG-2",
    what: "owners that cannot be read set a secret free",
    file: "src/store/secret-owners.ts",
    from: "if (isObject(owners) && Object.values(owners)",
    to: "if (!isObject(owners) || true) return {};\n    if (isObject(owners) && Object.values(owners)",
  },
  {
    id: "NET-9",
    what: "the client certificate is shown to everybody",
    file: "src/platform/http/agents.ts",
    from: "return certificateOrigins?.has(origin) === true;",
    to: "return true;",
  },
  {
    id: "NET-9",
    what: "a connection that showed the certificate is used for others",
    file: "src/platform/http/agents.ts",
    from: '`${url.protocol} ${certified ? "certified " : ""}${rule}`',
    to: "`${url.protocol} ${rule}`",
  },
  {
    id: "NET-9",
    what: "an issuer that the remote names is shown the certificate's context",
    file: "src/platform/http/tls-trust.ts",
    from: "build(certified ? this.#network : open,",
    to: "build(this.#network,",
  },
  {
    id: "NET-9",
    what: "a proxy is shown the client certificate",
    file: "src/platform/http/agents.ts",
    from: "await this.#secureContext(false)",
    to: "context",
  },
  {
    id: "NET-9",
    what: "an issuer that somebody else named is shown the certificate",
    file: "src/app/certificate-origins.ts",
    from: "    staticClient?.issuer,\n",
    to: "    staticClient?.issuer,\n    auth.trustIssuer?.asked,\n",
  },
  {
    id: "REG-9",
    what: "any entry of the keychain is read, the vault's key among them",
    file: "src/cli/inputs/client-info.ts",
    from: "/^keychain:(mcp-drawbridge\\/[^/]+)\\/(.+)$/",
    to: "/^keychain:([^/]+)\\/(.+)$/",
  },
];
