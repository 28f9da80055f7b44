// A strict reader of token endpoint answers (RFC 6749 5.1, 5.2), for the odd ones that there are (TOK-8).
import type { JsonObject } from "../../core/mcp/message.ts";
import { printable, quoted } from "../../core/text/printable.ts";
import { type IssuerAnswer, outcomeOf } from "../protocol/issuer-http.ts";
import { defined, LONGEST, numberOf, parseObject, textOf } from "../protocol/json-members.ts";

export interface Tokens {
  readonly accessToken: string;
  readonly tokenType: "Bearer" | "DPoP";
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly scope?: string;
  /** Absent: not said, or not in a way that makes sense. */
  readonly expiresInS?: number;
}

/** The issuer said no, in its own words (cleaned and cut). */
export interface TokenError {
  readonly kind: "refused";
  readonly status: number;
  /** `error` of RFC 6749 5.2. */
  readonly error: string;
  readonly description: string | undefined;
}

export type TokenOutcome =
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  | TokenError
  /** An explicit failure of the server: 5xx or 429. Nothing was done. */
  | { readonly kind: "unavailable"; readonly status: number }
  /** No sense in it; whether something was done is not known. `reason` completes "The answer ...". */
  | { readonly kind: "senseless"; readonly status: number; readonly reason: string };

/** Tokens last ten years at most: more is a number that means something else. */
const MAX_LIFE_S = 10 * 365 * 86_400;
/** What may stand in a header and a form without being taken for something else (RFC 6750 2.1, and what is seen). */
const TOKEN = /^[\x21-\x7e]+$/;

export function readTokenResponse(answer: IssuerAnswer): TokenOutcome {
  const { status } = answer;
  if (status >= 500 || status === 429) return { kind: "unavailable", status };
  const body = answer.json ?? formBody(answer);
  const error = textOf(body, "error");
  const ok = status >= 200 && status < 300;
  // GitHub and others say no with status 200.
  if (error !== undefined && (!ok || textOf(body, "access_token", LONGEST.token) === undefined)) {
    const description = textOf(body, "error_description", LONGEST.token);
    return {
      kind: "refused",
      status,
      error: printable(error, 100),
      description: description && printable(description),
    };
  }
  if (!ok) return { kind: "senseless", status, reason: outcomeOf(answer) };
  if (body === undefined) return { kind: "senseless", status, reason: "is not a JSON object" };
  return readTokens(body, status);
}

function readTokens(body: JsonObject, status: number): TokenOutcome {
  const senseless = (reason: string): TokenOutcome => ({ kind: "senseless", status, reason });
  const accessToken = textOf(body, "access_token", LONGEST.token);
  if (accessToken === undefined) return senseless("has no access token of a usable length");
  const type = (textOf(body, "token_type") ?? "Bearer").toLowerCase();
  if (type !== "bearer" && type !== "dpop")
    return senseless(`has tokens of the type ${quoted(type, 40)}, which a bridge cannot use`);
  const refreshToken = textOf(body, "refresh_token", LONGEST.token);
  const idToken = textOf(body, "id_token", LONGEST.token);
  for (const token of [accessToken, refreshToken, idToken]) {
    if (token !== undefined && !TOKEN.test(token))
      return senseless("has a token with characters that no token may have");
  }
  const scope = textOf(body, "scope", LONGEST.scope)?.trim().replace(/\s+/g, " ");
  const expiresInS = numberOf(body, "expires_in");
  const lasts = expiresInS !== undefined && expiresInS > 0 && expiresInS <= MAX_LIFE_S;
  return {
    kind: "tokens",
    tokens: {
      accessToken,
      tokenType: type === "dpop" ? "DPoP" : "Bearer",
      ...defined({ refreshToken, idToken, scope: scope || undefined }),
      ...(lasts ? { expiresInS } : {}),
    },
  };
}

/** The form encoding that some issuers answer with, whatever was asked for. */
function formBody(answer: IssuerAnswer): JsonObject | undefined {
  const type = (answer.header("content-type") ?? "").toLowerCase();
  if (!type.startsWith("application/x-www-form-urlencoded")) return undefined;
  return parseObject(JSON.stringify(Object.fromEntries(new URLSearchParams(answer.text))));
}
