// Where the sign-in may send something at all: https, http on loopback only; private addresses only where the user
// pointed there (AUTH-7, LIM-1; MCP security best practices on server-side request forgery).
import { Failure } from "../../core/failure/failure.ts";
import { isLoopbackHost, type RemoteUrl } from "../../core/remote-url.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";

export interface EndpointPolicy {
  /**
   * `text` as a URL that an endpoint of an issuer may have.
   * @param what names it for people, such as `token_endpoint`
   * @throws Failure AUTH_INSECURE_ENDPOINT, AUTH_METADATA_INVALID
   */
  endpoint(text: string, what: string): URL;
  /** As `endpoint`, for a document of the remote itself: where the user allowed plain http, so may this. */
  resourceDocument(text: string): URL;
  /** What the HTTP client may connect to for `url`. */
  addresses(url: URL): "any" | "public";
}

export function createEndpointPolicy(remote: RemoteUrl, settings: AuthSettings): EndpointPolicy {
  const { grantType } = settings;
  const named = [
    remote.url.hostname,
    ...hostOf(settings.issuer),
    ...hostOf(settings.trustIssuer),
    ...hostOf(settings.staticClient?.issuer),
    ...hostOf(settings.clientMetadataUrl?.href),
    ...(grantType.kind === "client_credentials" ? hostOf(grantType.tokenEndpoint?.href) : []),
    ...(grantType.kind === "identity_assertion" ? hostOf(grantType.idpTokenEndpoint.href) : []),
  ];
  const users = new Set(named);

  function checked(text: string, what: string, plainHttpOrigin?: string): URL {
    const url = parsed(text, what);
    const { protocol, hostname } = url;
    if (protocol === "https:") return url;
    const loopback = isLoopbackHost(hostname) && (remote.loopback || users.has(hostname));
    if (protocol === "http:" && (loopback || url.origin === plainHttpOrigin)) return url;
    throw new Failure("AUTH_INSECURE_ENDPOINT", `The ${what} ${quoted(text)} is not https.`);
  }

  return {
    endpoint: (text, what) => checked(text, what),
    resourceDocument: (text) => checked(text, "resource metadata address", remote.url.origin),
    addresses(url) {
      if (settings.allowPrivateNetwork || users.has(url.hostname)) return "any";
      return remote.loopback && isLoopbackHost(url.hostname) ? "any" : "public";
    },
  };
}

function parsed(text: string, what: string): URL {
  // The URL parser would drop tabs and line breaks without a word.
  if (/[\u0000-\u0020\u007f]/.test(text) || !URL.canParse(text))
    throw new Failure("AUTH_METADATA_INVALID", `The ${what} ${quoted(text)} is not a URL.`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new Failure("AUTH_METADATA_INVALID", `The ${what} ${quoted(url.host)} carries a user name.`);
  return url;
}

function hostOf(text: string | undefined): string[] {
  return text !== undefined && URL.canParse(text) ? [new URL(text).hostname] : [];
}
