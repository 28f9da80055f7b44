// Scenarios that are not clean, each with the reason. An entry that has become clean fails: take it off.

const MODERN_WIRE = "the server speaks only 2026-07-28, which the bridge does not translate yet";

const NEEDING_MODERN_WIRE = [
  "tools_call",
  "request-metadata",
  "sep-2322-client-request-state",
  "http-standard-headers",
  "http-custom-headers",
  "http-invalid-tool-headers",
  "auth/metadata-default",
  "auth/metadata-var1",
  "auth/metadata-var2",
  "auth/metadata-var3",
  "auth/basic-cimd",
  "auth/scope-from-www-authenticate",
  "auth/scope-from-scopes-supported",
  "auth/scope-omitted-when-undefined",
  "auth/scope-step-up",
  "auth/scope-retry-limit",
  "auth/token-endpoint-auth-basic",
  "auth/token-endpoint-auth-post",
  "auth/token-endpoint-auth-none",
  "auth/pre-registration",
  "auth/offline-access-scope",
  "auth/offline-access-not-supported",
  "auth/authorization-server-migration",
  "auth/iss-supported",
  "auth/iss-not-advertised",
];

/** `<revision of the wire> <scenario>` to the reason. */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = Object.fromEntries(
  NEEDING_MODERN_WIRE.map((name) => [`2026-07-28 ${name}`, MODERN_WIRE]),
);
