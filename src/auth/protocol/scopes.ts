// Which scope to ask for (MCP authorization, "Scope Selection Strategy"). Nothing is ever invented.
import type { IssuerMetadata, ResourceMetadata } from "../../core/oauth/oauth-types.ts";

const OFFLINE = "offline_access";

interface ScopeChoice {
  /** `--scope`, or `scope` of the static client metadata: replaces everything. */
  readonly fixed: string | undefined;
  /** The challenge's, or what a step-up needs in all. */
  readonly wanted: string | undefined;
  readonly resourceMetadata: ResourceMetadata | undefined;
  readonly issuer: IssuerMetadata;
  /** The issuer refused `offline_access` before. */
  readonly omitOfflineAccess: boolean;
}

/** Scope of the authorization request; undefined: send none. */
export function chooseScope(choice: ScopeChoice): string | undefined {
  if (choice.fixed !== undefined) return choice.fixed === "" ? undefined : choice.fixed;
  const scope = choice.wanted ?? joined(choice.resourceMetadata?.scopes_supported ?? []);
  if (scope === undefined) return undefined;
  const asked = scope.split(" ");
  // Alone it would replace the issuer's own default, so it only ever joins others.
  const add =
    choice.issuer.scopes_supported?.includes(OFFLINE) === true &&
    !choice.omitOfflineAccess &&
    !asked.includes(OFFLINE);
  return joined(add ? [...asked, OFFLINE] : asked);
}

/**
 * Scope of a registration: all that may be asked for later, since some issuers hold a client to it (REG-3).
 * @param requested scope of the coming authorization request
 */
export function registrationScope(
  requested: string | undefined,
  resourceMetadata: ResourceMetadata | undefined,
): string | undefined {
  return joined([...(requested?.split(" ") ?? []), ...(resourceMetadata?.scopes_supported ?? [])]);
}

/** Has `granted` every scope of `needed`? */
export function coversScope(granted: string | undefined, needed: string | undefined): boolean {
  const have = new Set(words(granted));
  return words(needed).every((word) => have.has(word));
}

/** `scope` without `offline_access`. */
export function withoutOfflineAccess(scope: string | undefined): string | undefined {
  return joined(words(scope).filter((word) => word !== OFFLINE));
}

export function hasOfflineAccess(scope: string | undefined): boolean {
  return words(scope).includes(OFFLINE);
}

/** Every scope of all, once, in order of appearance; undefined when there is none. */
export function scopeUnion(...scopes: readonly (string | undefined)[]): string | undefined {
  return joined(scopes.flatMap(words));
}

/** The scopes in it, one by one, whatever blanks are between them. */
export function words(scope: string | undefined): string[] {
  return scope?.split(/\s+/).filter((word) => word !== "") ?? [];
}

function joined(scopes: readonly string[]): string | undefined {
  return scopes.length === 0 ? undefined : [...new Set(scopes)].join(" ");
}
