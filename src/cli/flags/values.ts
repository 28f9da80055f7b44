import { isLoopbackHost } from "../../core/remote-url.ts";
import type { TrustedIssuer } from "../../core/settings.ts";
import { InvalidValue } from "./flag.ts";

// Parsers of flag values. What they throw is shown with the flag's name.

/** Repeatable flags: every value, in order. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Seconds on the command line, milliseconds inside; 0 is refused. */
export function seconds(text: string): number {
  const ms = secondsOrZero(text);
  if (ms === 0) throw new InvalidValue("Give a number of seconds above 0.");
  return ms;
}

/** Seconds on the command line, milliseconds inside. */
export function secondsOrZero(text: string): number {
  const value = Number(text);
  // Timers of Node hold 2^31 ms, about 24 days.
  if (text.trim() === "" || !(value >= 0 && value <= 2_000_000)) {
    throw new InvalidValue("Give a number of seconds.");
  }
  return Math.round(value * 1_000);
}

/** MiB on the command line, bytes inside. */
export function mebibytes(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 1_024 * 1_024)) {
    throw new InvalidValue("Give a number of MiB above 0.");
  }
  return Math.round(value * 1_024 * 1_024);
}

/** https, or http on loopback (AUTH-7). */
export function endpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname))) return url;
  throw new InvalidValue("Give an https:// URL (http:// is allowed on loopback only).");
}

/** Issuer identifiers are compared character by character, so the text stays as it is (RFC 8414 3.3). */
export function issuerIdentifier(text: string): string {
  const { search, hash } = endpointUrl(text);
  if (search !== "" || hash !== "") throw new InvalidValue("An issuer has no query and no fragment.");
  return text;
}

/** `ASKED=NAMED`, two issuer identifiers. One alone would be trusted from whomever the remote names. */
export function trustedIssuer(text: string): TrustedIssuer {
  const [asked, named, ...more] = text.split(/=(?=https?:)/);
  if (asked === undefined || named === undefined || more.length > 0) {
    throw new InvalidValue(
      "Two issuers are needed: the one that the remote names, = and the one that its metadata names.",
    );
  }
  return { asked: issuerIdentifier(asked), named: issuerIdentifier(named) };
}

/** A client id metadata document has an https URL with a path (MCP client registration, REG-6). */
export function clientIdUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.pathname === "/") {
    throw new InvalidValue("Give an https:// URL with a path.");
  }
  return url;
}

/** Only a name or an address: the redirect address is built from it. */
export function hostName(text: string): string {
  const ok = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/.test(text) && URL.canParse(`http://${text}/`);
  if (!ok) throw new InvalidValue("Give a host name or an address, without scheme and port.");
  return text.toLowerCase();
}

/** Path of the redirect address. */
export function callbackPath(text: string): string {
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(text)) {
    throw new InvalidValue("Give a path that starts with / and has only letters, digits and . _ ~ / -.");
  }
  return text;
}

/** 1 to 65535. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) {
    throw new InvalidValue("A port is a number from 1 to 65535.");
  }
  return value;
}

/** An absolute URI without fragment (RFC 8707 2), kept as it is. */
export function resourceUri(text: string): string {
  if (!URL.canParse(text) || text.includes("#")) {
    throw new InvalidValue("Give an absolute URI without #.");
  }
  return text;
}

/** `name=value`; what the flow sets itself is refused, since a different value breaks it. */
export function authorizeParam(
  text: string,
  before: readonly (readonly [string, string])[] | undefined,
): (readonly [string, string])[] {
  const at = text.indexOf("=");
  const name = text.slice(0, at);
  if (at < 1) throw new InvalidValue("Give it as name=value.");
  if (OWN_PARAMETERS.has(name)) {
    throw new InvalidValue(
      `${name} is set by mcp-drawbridge itself${name === "resource" ? "; use --resource" : ""}.`,
    );
  }
  return [...(before ?? []), [name, text.slice(at + 1)]];
}

const OWN_PARAMETERS = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "code_challenge",
  "code_challenge_method",
  "resource",
  "scope",
]);
