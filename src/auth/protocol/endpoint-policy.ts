// Where the sign-in may send something at all: https, http on loopback only; private addresses only where the user
// pointed there (AUTH-7, LIM-1; MCP security best practices on server-side request forgery).
import { Failure } from "../../core/failure/failure.ts";
import { isLoopbackHost, type RemoteUrl } from "../../core/remote-url.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";

export class EndpointPolicy {
  readonly #remote: RemoteUrl;
  readonly #allowPrivateNetwork: boolean;
  /** Hosts that the user named. */
  readonly #users: ReadonlySet<string>;

  constructor(remote: RemoteUrl, settings: AuthSettings) {
    const { grantType, givenIssuer: given } = settings;
    this.#remote = remote;
    this.#allowPrivateNetwork = settings.allowPrivateNetwork;
    this.#users = new Set([
      remote.url.hostname,
      ...hostOf(settings.issuer),
      ...hostOf(settings.trustIssuer?.asked),
      ...hostOf(settings.staticClient?.issuer),
      ...hostOf(settings.clientMetadataUrl?.href),
      ...hostOf(given?.authorizationEndpoint?.href),
      ...hostOf(given?.tokenEndpoint?.href),
      ...hostOf(given?.registrationEndpoint?.href),
      ...hostOf(given?.metadata?.kind === "url" ? given.metadata.url.href : undefined),
      ...(grantType.kind === "identity_assertion" ? hostOf(grantType.idpTokenEndpoint.href) : []),
    ]);
  }

  /**
   * `text` as a URL that an endpoint of an issuer may have.
   * @param what names it for people, such as `token_endpoint`
   * @param plainHttpOrigin where plain http is fine
   * @throws Failure AUTH_INSECURE_ENDPOINT, AUTH_METADATA_INVALID
   */
  endpoint(text: string, what: string, plainHttpOrigin?: string): URL {
    const url = parsed(text, what);
    const { protocol, hostname } = url;
    if (protocol === "https:") return url;
    const loopback = isLoopbackHost(hostname) && (this.#remote.loopback || this.#users.has(hostname));
    if (protocol === "http:" && (loopback || url.origin === plainHttpOrigin)) return url;
    throw new Failure("AUTH_INSECURE_ENDPOINT", `The ${what} ${quoted(text)} is not https.`);
  }

  /** As `endpoint`, for a document of the remote itself: where the user allowed plain http, so may this. */
  resourceDocument(text: string): URL {
    return this.endpoint(text, "resource metadata address", this.#remote.url.origin);
  }

  /** What the HTTP client may connect to for `url`. */
  addresses({ hostname }: URL): "any" | "public" {
    if (this.#allowPrivateNetwork || this.#users.has(hostname)) return "any";
    return this.#remote.loopback && isLoopbackHost(hostname) ? "any" : "public";
  }
}

function parsed(text: string, what: string): URL {
  // The URL parser would drop tabs and line breaks without a word.
  if (/[\u0000-\u0020\u007f]/.test(text) || !URL.canParse(text))
    throw new Failure("AUTH_METADATA_INVALID", `The ${what} ${quoted(text)} is not a URL.`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw new Failure(
      "AUTH_METADATA_INVALID",
      `The ${what} ${quoted(url.host)} contains a user name or password.`,
    );
  return url;
}

function hostOf(text: string | undefined): string[] {
  return text !== undefined && URL.canParse(text) ? [new URL(text).hostname] : [];
}
