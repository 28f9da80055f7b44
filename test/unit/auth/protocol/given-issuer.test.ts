import assert from "node:assert/strict";
import { test } from "node:test";
import { givenName } from "../../../../src/auth/protocol/given-issuer.ts";
import type { GivenIssuer } from "../../../../src/core/settings.ts";

const url = (path: string): URL => new URL(`https://issuer.example/${path}`);
const file = (document: Record<string, string>): GivenIssuer => ({ metadata: { kind: "file", document } });
const ENDPOINTS = { token_endpoint: "https://issuer.example/t" };

const GIVEN: readonly GivenIssuer[] = [
  { tokenEndpoint: url("t") },
  { tokenEndpoint: url("x") },
  { tokenEndpoint: url("t"), registrationEndpoint: url("x") },
  { metadata: { kind: "issuer", issuer: "https://issuer.example" }, tokenEndpoint: url("x") },
  { metadata: { kind: "issuer", issuer: "https://issuer.example" }, registrationEndpoint: url("x") },
  { metadata: { kind: "url", url: url("document") } },
  ...[
    "registration_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "revocation_endpoint",
  ].map((role) => file({ ...ENDPOINTS, [role]: "https://issuer.example/y" })),
];

test("[DISC-12] [REG-2] an address that gets secrets in another role makes another issuer", () => {
  const names = GIVEN.map(givenName);
  assert.equal(new Set(names).size, GIVEN.length, names.join("\n"));
  assert.equal(givenName(GIVEN[0] ?? {}), givenName(file(ENDPOINTS)), "the same place, however it was given");
});
