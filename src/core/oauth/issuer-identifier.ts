// When two spellings name one issuer (RFC 8414 3.3; DISC-6).

/**
 * Character by character, but that a bare origin with and without its last slash is one identifier: well-known issuers
 * publish one in one document and the other in the next. Nothing else is normalised.
 */
export function isSameIdentifier(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (one === other) return true;
  const origin = bareOrigin(one);
  return origin !== undefined && origin === bareOrigin(other);
}

/** `https://a` of `https://a` and of `https://a/`; undefined with a path, a query, a user or the scheme's own port. */
function bareOrigin(text: string): string | undefined {
  const [, origin, host = ""] = /^(https?:\/\/([^/?#\\@\s]+))\/?$/.exec(text) ?? [];
  const port = text.startsWith("https") ? ":443" : ":80";
  return host.endsWith(port) ? undefined : origin;
}
