// An issuer that the user described by hand: under which name everything that is made with it is kept (DISC-12, REG-2).
import { sha256Of } from "../../core/hash.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import type { AuthSettings, GivenIssuer } from "../../core/settings.ts";
import { textOf } from "./json-members.ts";

/**
 * Names the issuer by what was given, so that the same flags mean the same issuer, and others another one. The address of
 * its document, or else every address that a client's secret or a registration token may be sent to; the token endpoint's
 * alone in most cases.
 */
export function givenName({ metadata, ...flags }: GivenIssuer): string {
  const document = metadata?.kind === "file" ? metadata.document : undefined;
  const source =
    metadata?.kind === "url" ? metadata.url.href : metadata?.kind === "issuer" && metadata.issuer;
  const token = flags.tokenEndpoint?.href ?? textOf(document, "token_endpoint");
  const more: readonly (readonly [role: string, place: string | undefined])[] = [
    ["token", source ? token : undefined],
    ["registration", flags.registrationEndpoint?.href ?? textOf(document, "registration_endpoint")],
    ["device", textOf(document, "device_authorization_endpoint")],
    ["pushed", textOf(document, "pushed_authorization_request_endpoint")],
    ["revocation", textOf(document, "revocation_endpoint")],
  ];
  // One address in two roles is not the same issuer.
  const named = more.flatMap(([role, place]) => (place === undefined ? [] : [`${role}=${place}`]));
  return [source || token || "", ...named].join(" ");
}

/** All that the user says of the issuer, to be compared with what an earlier start was told; undefined: nothing by hand. */
export function givenText({ givenIssuer, issuer, staticClient }: AuthSettings): string | undefined {
  if (givenIssuer === undefined) return undefined;
  const { metadata, ...flags } = givenIssuer;
  return JSON.stringify([
    flags.authorizationEndpoint,
    flags.tokenEndpoint,
    flags.registrationEndpoint,
    metadata?.kind === "file" ? digest(metadata.document) : metadata,
    issuer,
    staticClient?.issuer,
  ]);
}

function digest(document: JsonObject): string {
  return sha256Of(JSON.stringify(document)).toString("base64url", 0, 16);
}
