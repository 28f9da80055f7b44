// Scenarios that are not clean, each with the reason. An entry that has become clean fails: take it off.

const MODERN_WIRE = "the server speaks only 2026-07-28, which the bridge does not translate yet";

const NEEDING_MODERN_WIRE = [
  "tools_call",
  "request-metadata",
  "sep-2322-client-request-state",
  "http-standard-headers",
  "http-custom-headers",
  "http-invalid-tool-headers",
  "auth/scope-step-up",
  "auth/scope-retry-limit",
  "auth/authorization-server-migration",
];

/** `<revision of the wire> <scenario>` to the reason. */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = Object.fromEntries(
  NEEDING_MODERN_WIRE.map((name) => [`2026-07-28 ${name}`, MODERN_WIRE]),
);
