// Client id metadata documents: a client id that is the https address of a document about us (REG-6).
import { Deadline } from "../../core/deadline.ts";
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import { type ClientRegistration, type IssuerName, nameOf } from "../../core/oauth/oauth-types.ts";
import { quoted } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { textOf, textsOf } from "../protocol/json-members.ts";

/**
 * Public address of the project's own document. Undefined until it is published; once set, issuers that take metadata
 * documents get it without a flag.
 */
export const PUBLISHED_CLIENT_DOCUMENT: URL | undefined = undefined;

/** What is wrong with a document that was found at `url`; empty: nothing. */
export function documentFaults(document: JsonObject, url: URL): string[] {
  const faults: string[] = [];
  const id = textOf(document, "client_id");
  if (id !== url.href) faults.push(`client_id is ${quoted(id ?? "")} instead of ${quoted(url.href)}`);
  if (textOf(document, "client_name") === undefined) faults.push("client_name is missing");
  if ((textsOf(document, "redirect_uris") ?? []).length === 0) faults.push("redirect_uris is missing");
  const method = textOf(document, "token_endpoint_auth_method");
  if (method?.startsWith("client_secret")) faults.push("a client with a secret cannot use a public document");
  return faults;
}

/** @throws Failure USAGE_BAD_ARGUMENT when it cannot be a client id: not https, or without a path */
export function checkDocumentUrl(url: URL): void {
  if (url.protocol === "https:" && url.pathname !== "/" && url.hash === "" && url.username === "") return;
  throw new Failure(
    "USAGE_BAD_ARGUMENT",
    `The client metadata address ${quoted(url.href)} must be https and have a path.`,
  );
}

/** A document that cannot be had quickly leaves the redirect to us: it is the issuer that has to read it. */
const DOCUMENT_PATIENCE_MS = 3_000;

/** Redirects that the document at `url` lists; empty when it cannot be read. */
export async function documentRedirects(
  { http, clock, diagnostics }: Pick<AuthContext, "http" | "clock" | "diagnostics">,
  url: URL,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deadline = new Deadline(clock, DOCUMENT_PATIENCE_MS, signal);
  try {
    const step = "Reading the client metadata document";
    const { json } = await http.send({ step, kind: "metadata", method: "GET", url, signal: deadline.signal });
    const faults = json === undefined ? ["it is not JSON"] : documentFaults(json, url);
    if (faults.length > 0)
      diagnostics.notice(`The client metadata document ${url.href}: ${faults.join("; ")}.`);
    return json === undefined ? [] : (textsOf(json, "redirect_uris") ?? []);
  } catch (error) {
    signal.throwIfAborted();
    if (!isFailure(error) && !deadline.passed) throw error;
    diagnostics.event("signin.client-document.unread", { url: url.href });
    return [];
  } finally {
    deadline.cancelTimer();
  }
}

/** The client that the document at `url` describes, as an issuer knows it. */
export function documentClient(
  url: URL,
  issuer: IssuerName,
  redirectUris: readonly string[],
): ClientRegistration {
  return {
    origin: "metadata-document",
    ...nameOf(issuer),
    clientId: url.href,
    tokenEndpointAuth: "none",
    redirectUris,
  };
}
