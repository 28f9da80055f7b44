import type { Settings } from "../core/settings.ts";

/**
 * Who is shown `--client-cert`: the remote, and the issuers that the user named. A certificate tells who somebody is, so
 * neither an issuer that the remote names gets it, nor an endpoint elsewhere that an issuer names.
 */
export function certificateOrigins({ remote, auth }: Pick<Settings, "remote" | "auth">): ReadonlySet<string> {
  const { issuer, staticClient, grantType, givenIssuer: given } = auth;
  const named = [
    issuer,
    staticClient?.issuer,
    given?.tokenEndpoint?.href,
    given?.registrationEndpoint?.href,
    given?.metadata?.kind === "url" ? given.metadata.url.href : undefined,
    grantType.kind === "identity_assertion" ? grantType.idpTokenEndpoint.href : undefined,
  ];
  const urls = named.filter((text) => text !== undefined && URL.canParse(text));
  return new Set([remote.url.origin, ...urls.map((text) => new URL(text ?? "").origin)]);
}
