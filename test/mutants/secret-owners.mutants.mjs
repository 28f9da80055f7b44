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
];
