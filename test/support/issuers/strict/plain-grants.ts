// Grants of the strict issuer that need no person: client credentials, assertions, device codes.
import type { StrictIssuer } from "../strict-issuer.ts";
import type { Family } from "./state.ts";
import { type GrantHandler, grantTokens, tokenError } from "./token.ts";

/** Gives tokens for what the form asks for, without a refresh token; `check` finds fault first. */
export function plainGrants(
  issuer: () => StrictIssuer,
  check: (form: URLSearchParams) => string | undefined = () => undefined,
): GrantHandler {
  return ({ form }, client) => {
    const { state, rules } = issuer();
    const fault = check(form);
    if (fault !== undefined) return tokenError("invalid_grant", state.fault(`token: ${fault}`));
    const family: Family = {
      clientId: client.clientId,
      // A device code was asked for with its scope before.
      scope: form.get("scope") ?? "read",
      resource: form.get("resource") ?? undefined,
      revoked: false,
    };
    return grantTokens(state, rules, family);
  };
}
