// Faults in pushed authorization requests: when they are made, what the browser is left with, and how long that is good.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "AUTH-14",
    what: "only the issuer's metadata can require it",
    file: "src/auth/sign-in/browser/pushed-request.ts",
    from: "metadata.require_pushed_authorization_requests === true || client.requirePushed === true",
    to: "metadata.require_pushed_authorization_requests === true",
  },
  {
    id: "AUTH-14",
    what: "only the client can require it",
    file: "src/auth/sign-in/browser/pushed-request.ts",
    from: "metadata.require_pushed_authorization_requests === true || client.requirePushed === true",
    to: "client.requirePushed === true",
  },
  {
    id: "AUTH-14",
    what: "the browser brings all parameters",
    file: "src/auth/sign-in/browser/pushed-request.ts",
    from: "const address = new URL(page);",
    to: "const address = new URL(request);",
  },
  {
    id: "AUTH-14",
    what: "the endpoint may be anywhere",
    file: "src/auth/sign-in/browser/pushed-request.ts",
    from: 'context.policy.endpoint(endpoint, "pushed authorization request endpoint")',
    to: "new URL(endpoint)",
  },
  {
    id: "AUTH-14",
    what: "a client's secret is pushed to whom the remote names",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: "await claimClient(context, client, isByPerson(signInRequest));",
    to: "",
  },
  {
    id: "AUTH-14",
    what: "a refusal is met with nothing",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: "const MAX_CHANGES = 3;",
    to: "const MAX_CHANGES = 0;",
  },
  {
    id: "AUTH-14",
    what: "the code is bound to no key",
    file: "src/auth/sign-in/browser/authorization-request.ts",
    from: 'if (key) url.searchParams.set("dpop_jkt", key.session.thumbprint);',
    to: "",
  },
  {
    id: "AUTH-14",
    what: "the code's exchange proves another key than the request named",
    file: "src/auth/sign-in/browser/code-exchange.ts",
    from: "const key = pending.dpopKey",
    to: "const key = pending.dpopKey && false",
  },
  {
    id: "AUTH-14",
    what: "an address that ended is shown on",
    file: "src/auth/sign-in/browser/browser-sign-in.ts",
    from: "if (addressLifeMs === undefined) return () => {};",
    to: "if (addressLifeMs !== 0) return () => {};",
  },
  {
    id: "AUTH-14",
    what: "an issuer is asked as often as its addresses end",
    file: "src/auth/sign-in/browser/fresh-address.ts",
    from: "Math.max(lifeMs * USED, LEAST_MS)",
    to: "lifeMs * USED",
  },
  {
    id: "AUTH-14",
    what: "who takes over opens the address that was opened",
    file: "src/auth/sign-in/browser/take-over.ts",
    from: "old.pushed && (await pushAgain(",
    to: "old.pushed && old.deviceCode && (await pushAgain(",
  },
  {
    id: "AUTH-14",
    what: "waiting processes show the address that they saw first",
    file: "src/auth/sign-in/sign-in.ts",
    from: "    if (isRenewed) signInState.renew({ authorizationUrl, deadlineMs });\n    else signInState",
    to: "    if (!isRenewed) signInState",
  },
];
