// Which account a grant is of, as far as can be told: what is remembered of one is not shown to another.
import { createHash } from "node:crypto";
import type { JsonObject } from "../../core/mcp/message.ts";
import { type IssuerName, ownerOf } from "../../core/oauth/oauth-types.ts";
import type { Random } from "../../core/ports/random.ts";
import { parseObject, textOf } from "../protocol/json-members.ts";

/** A person, by the `sub` of a token that says who it is, or a client for itself. */
export type AccountHolder =
  | { readonly kind: "person"; readonly token: string | undefined }
  | { readonly kind: "client"; readonly clientId: string };

/**
 * A name for it that tells nothing: the same one for the same `sub` at the same issuer, so that who signs in again is
 * known again. Where no token says who it is, a new one for each sign-in: it may be anybody.
 */
export function accountOf(issuer: IssuerName, holder: AccountHolder, random: Random): string {
  const id = holder.kind === "client" ? holder.clientId : subjectOf(holder.token);
  if (id === undefined) return random.token(16);
  const whole = JSON.stringify([ownerOf(issuer), issuer.issuer, holder.kind, id]);
  return createHash("sha256").update(whole).digest("base64url").slice(0, 22);
}

/** The claims of a JWT, unverified: good for what costs nothing when it is wrong. */
export function claimsOf(token: string): JsonObject | undefined {
  return parseObject(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

function subjectOf(token: string | undefined): string | undefined {
  const claims = token === undefined ? undefined : claimsOf(token);
  return claims && textOf(claims, "sub");
}
