import { Failure } from "./failure/failure.ts";
import { printable, sized } from "./text/printable.ts";

/** The remote as the user named it. */
export interface RemoteUrl {
  /** What requests go to: as given, without fragment. Keeps the query; userinfo is refused. */
  readonly url: URL;
  /**
   * One spelling for one server: scheme and host in lower case, no default port, no fragment, no slash
   * after a bare origin. Names the record in the vault and is the `resource` where no metadata gives one.
   */
  readonly canonical: string;
  /** Is it this very computer? Decides whether http and private addresses are fine. */
  readonly loopback: boolean;
}

/**
 * Reads the URL argument.
 * @throws Failure USAGE_BAD_URL, USAGE_INSECURE_URL
 */
export function parseRemoteUrl(text: string, allowHttp: boolean): RemoteUrl {
  if (!URL.canParse(text))
    throw new Failure("USAGE_BAD_URL", `The address of the server (${sized(text)}) is not a URL.`);
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Failure(
      "USAGE_BAD_URL",
      `The address of the server (${sized(text)}) must start with https:// or http://.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new Failure(
      "USAGE_BAD_URL",
      `The URL at ${printable(url.host)} contains a user name or password.`,
      {
        hint: "Send credentials with --header-file, so that they stay out of the process list.",
      },
    );
  }
  const loopback = isLoopbackHost(url.hostname);
  if (url.protocol === "http:" && !loopback && !allowHttp) {
    throw new Failure("USAGE_INSECURE_URL", `${printable(url.origin)} would send everything unencrypted.`);
  }
  url.hash = "";
  return { url, canonical: canonicalUrl(url), loopback };
}

/** See `RemoteUrl.canonical`; MCP authorization, "Canonical Server URI". */
export function canonicalUrl(url: URL): string {
  const bare = new URL(url);
  bare.hash = "";
  return bare.pathname === "/" && bare.search === "" ? bare.origin : bare.href;
}

/** `localhost` and names below it (RFC 6761 6.3), 127.0.0.0/8, ::1. Takes `URL.hostname`. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}
