// The client metadata document that a person hosts, and what an issuer will think of one that is hosted.
import { checkDocumentUrl, documentFaults } from "../../auth/client/client-id-document.ts";
import { Deadline } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import { isObject, type JsonObject } from "../../core/mcp/message.ts";
import { isLoopbackHost } from "../../core/remote-url.ts";
import type { Settings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { quoted } from "../../core/text/printable.ts";
import type { Adapters } from "../adapters.ts";

/** What `client-metadata check --json` prints: `schemas/client-metadata-check.schema.json`. */
export interface DocumentReport {
  readonly version: 1;
  readonly command: "client-metadata check";
  readonly url: string;
  readonly verdict: "pass" | "fail";
  /** What an issuer will refuse it for. */
  readonly faults: readonly string[];
  readonly redirectUris: readonly string[];
}

const MAX_BYTES = 64 * 1024;
const READ_MS = 10_000;

/**
 * The document for the address where it will be hosted (MCP, Client ID Metadata Documents).
 * @throws Failure USAGE_BAD_ARGUMENT: that cannot be a client id
 */
export function clientDocument(url: URL, { auth }: Settings): JsonObject {
  checkDocumentUrl(url);
  const { host, path, port } = auth.redirect;
  const hosts = host === "localhost" ? ["localhost", "127.0.0.1"] : [host];
  const suffix = port === undefined ? "" : `:${port}`;
  return {
    client_id: url.href,
    client_name: "mcp-drawbridge",
    client_uri: "https://www.npmjs.com/package/mcp-drawbridge",
    // Without a port, RFC 8252 7.3 lets a program take any; some issuers want the exact one, which is then to be given.
    redirect_uris: hosts.map((each) => `http://${each}${suffix}${path}`),
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    application_type: "native",
    ...auth.clientMetadata,
  };
}

/** Fetches it as an issuer does. @throws Failure NETWORK_*, USAGE_BAD_ARGUMENT; the reason of the end */
export async function checkHosted(url: URL, adapters: Adapters): Promise<DocumentReport> {
  checkDocumentUrl(url);
  const lifecycle = adapters.lifecycle(false);
  const deadline = new Deadline(adapters.clock, READ_MS, lifecycle.signal);
  try {
    const { signal } = deadline;
    const headers = { accept: "application/json" };
    const response = await adapters.http.send({ method: "GET", url, headers, signal });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > MAX_BYTES) throw new Failure("NETWORK_TOO_LARGE", "The document is larger than 64 KiB.");
    }
    const document = parsed(Buffer.concat(chunks).toString("utf8"));
    const faults = faultsOf(response.status, String(response.headers["content-type"] ?? ""), document, url);
    const uris = document?.redirect_uris;
    return {
      version: 1,
      command: "client-metadata check",
      url: outgoing(url.href),
      verdict: faults.length === 0 ? "pass" : "fail",
      faults: faults.map((fault) => outgoing(fault)),
      redirectUris: Array.isArray(uris) ? uris.filter(isText).map((uri) => outgoing(uri, 200)) : [],
    };
  } finally {
    deadline.cancelTimer();
    lifecycle.close();
  }
}

function faultsOf(status: number, type: string, document: JsonObject | undefined, url: URL): string[] {
  if (status !== 200) return [`the address answers ${status} instead of 200 (issuers follow no redirect)`];
  if (document === undefined) return ["what the address answers is not a JSON object"];
  const faults = documentFaults(document, url);
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
    faults.push(`its type is ${quoted(type, 60)} instead of application/json`);
  const uris = Array.isArray(document.redirect_uris) ? document.redirect_uris.filter(isText) : [];
  if (uris.length > 0 && !uris.some(isServable))
    faults.push("no redirect_uris is an http address on this computer, so no browser can come back");
  if ("client_secret" in document) faults.push("it has a client_secret, which everybody can read there");
  return faults;
}

function isServable(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === "http:" && isLoopbackHost(new URL(uri).hostname);
}

const isText = (value: unknown): value is string => typeof value === "string";

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
