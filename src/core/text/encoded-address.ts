/**
 * An address as programs that open it get it, hosts among them: some hand it to a shell, and an issuer wrote most of it.
 * All but unreserved characters, `%XX` and `:/?#[]@&=+,` is percent-encoded, which means the same (RFC 3986 2.1; AUTH-7).
 */
export function encodedAddress({ href }: URL): string {
  return href.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~%:/?#[\]@&=+,]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
