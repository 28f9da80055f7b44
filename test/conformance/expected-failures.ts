// Scenarios that are not clean, each with the reason. An entry that has become clean fails: take it off.

const MODERN_WIRE = "the server speaks only 2026-07-28, which the bridge does not translate yet";

const NEEDING_MODERN_WIRE = [
  ...["metadata-default", "metadata-var1", "metadata-var2", "metadata-var3", "basic-cimd"],
  ...["scope-from-www-authenticate", "scope-from-scopes-supported", "scope-omitted-when-undefined"],
  ...["scope-step-up", "scope-retry-limit"],
  ...["token-endpoint-auth-basic", "token-endpoint-auth-post", "token-endpoint-auth-none"],
  ...["pre-registration", "offline-access-scope", "offline-access-not-supported"],
  ...["authorization-server-migration", "iss-supported", "iss-not-advertised"],
];

/** `<revision of the wire> <scenario>` to the reason. */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NEEDING_MODERN_WIRE.map((name) => [`2026-07-28 auth/${name}`, MODERN_WIRE])),
};
