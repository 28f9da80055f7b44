/** The `code` of a thrown value: `ENOENT`, `ERR_TLS_CERT_ALTNAME_INVALID`. Undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Is its code one of these? */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error) ?? "");
}
