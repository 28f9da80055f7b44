// What may be wrong with what server and issuer publish.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { World } from "./world.ts";

export const SIGN_IN_WORLDS: readonly World[] = [
  {
    what: "a challenge without a word",
    id: "challenge",
    verdict: "warn",
    party: "server",
    exitCode: 1,
    mcp: { status: 401 },
    remote: { metadataAt: "path" },
  },
  {
    what: "a challenge that names no metadata",
    id: "challenge",
    verdict: "warn",
    party: "server",
    exitCode: 1,
    remote: { metadataAt: "path" },
  },
  {
    what: "no resource metadata",
    id: "resource-metadata",
    verdict: "warn",
    party: "server",
    exitCode: 1,
    remote: { metadataAt: "none" },
  },
  {
    what: "resource metadata that breaks",
    id: "resource-metadata",
    party: "server",
    code: "AUTH_METADATA_INVALID",
    exitCode: 4,
    resourceDocument: { status: 503 },
  },
  {
    what: "resource metadata about something else",
    id: "resource-metadata",
    party: "server",
    code: "AUTH_RESOURCE_MISMATCH",
    exitCode: 4,
    remote: { metadata: { resource: "https://else.example/mcp" } },
  },
  {
    what: "an issuer without metadata",
    id: "issuer-metadata",
    party: "issuer",
    code: "AUTH_DISCOVERY_FAILED",
    exitCode: 4,
    issuer: { metadataAt: [] },
  },
  {
    what: "an issuer with a fault",
    id: "issuer-metadata",
    party: "issuer",
    code: "AUTH_METADATA_INVALID",
    exitCode: 4,
    issuerDocument: { status: 500 },
  },
  {
    what: "an issuer that names another one",
    id: "issuer-metadata",
    party: "issuer",
    code: "AUTH_ISSUER_MISMATCH",
    exitCode: 4,
    issuer: { metadata: { issuer: "https://else.example" } },
  },
  {
    what: "an endpoint without https",
    id: "issuer-metadata",
    party: "issuer",
    code: "AUTH_INSECURE_ENDPOINT",
    exitCode: 4,
    issuer: { metadata: { token_endpoint: "http://else.example/token" } },
  },
  {
    what: "an issuer without https",
    id: "issuer-metadata",
    party: "server",
    code: "AUTH_INSECURE_ENDPOINT",
    exitCode: 4,
    remote: { metadata: { authorization_servers: ["http://else.example"] } },
  },
  {
    what: "a document by hand that is not there",
    id: "issuer-metadata",
    party: "you",
    code: "AUTH_DISCOVERY_FAILED",
    exitCode: 4,
    words: (_, url) => [url, "--issuer-metadata", new URL("/nowhere", url).href],
  },
  {
    what: "a document by hand that cannot be used",
    id: "issuer-metadata",
    party: "you",
    code: "AUTH_METADATA_INVALID",
    exitCode: 4,
    words: (_, url, folder) => [url, "--issuer-metadata", relativeDocument(folder)],
  },
  {
    what: "no PKCE",
    id: "pkce",
    party: "issuer",
    code: "AUTH_NO_PKCE",
    exitCode: 4,
    issuer: { metadata: { code_challenge_methods_supported: undefined } },
  },
  {
    what: "no registration",
    id: "client",
    party: "you",
    code: "AUTH_CLIENT_NEEDED",
    exitCode: 4,
    issuer: { registration: false },
  },
];

function relativeDocument(folder: string): string {
  const file = path.join(folder, "metadata.json");
  writeFileSync(file, JSON.stringify({ token_endpoint: "/t", authorization_endpoint: "/a" }));
  return `@${file}`;
}
