// A strict reader of token endpoint answers (RFC 6749 5.1, 5.2), for the odd ones that there are (TOK-8).
import { isObject, type JsonObject } from "../../core/mcp/message.ts";
import { quoted } from "../../core/text/printable.ts";
import { type IssuerAnswer, outcomeOf } from "../protocol/issuer-http.ts";
import { defined, LONGEST, numberOf, textOf } from "../protocol/json-members.ts";
import type { RefusalWords } from "../protocol/refusal-words.ts";

export interface Tokens {
  readonly accessToken: string;
  readonly tokenType: "Bearer" | "DPoP";
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly scope?: string;
  /** Absent: not said, or not in a way that makes sense. */
  readonly expiresInS?: number;
}

/** The issuer said no. */
export interface TokenError extends RefusalWords {
  readonly kind: "refused";
  readonly status: number;
}

export type TokenOutcome =
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  | TokenError
  /** The issuer has trouble of its own, and has done nothing. */
  | ({
      readonly kind: "unavailable";
      readonly status: number;
      readonly retryAfter: string | undefined;
    } & RefusalWords)
  /**
   * No sense in it; whether something was done is not known. `reason` is the end of a sentence about the request.
   * `isObject`: it was the issuer that answered, and not something on the way to it.
   */
  | {
      readonly kind: "senseless";
      readonly status: number;
      readonly reason: string;
      readonly isObject: boolean;
    };

/** Tokens last ten years at most: more is a number that means something else. */
const MAX_LIFE_S = 10 * 365 * 86_400;
/** What may stand in a header and a form without being taken for something else (RFC 6750 2.1, and what is seen). */
const TOKEN = /^[\x21-\x7e]+$/;

/** Of 4xx, those that say "not now". */
const NOT_NOW = new Set([408, 425, 429]);
/** RFC 6749 4.1.2.1: for redirects, where no status can say it; some send them with 400. */
const TROUBLE = new Set(["server_error", "temporarily_unavailable"]);

/**
 * Types that are an HTTP scheme of their own, with a proof beside the token. Any other is a bearer token, whatever its
 * issuer calls it: Slack's are `user` and `bot`.
 */
const OWN_SCHEME = /^(?:mac|pop|hawk|hoba|gnap|signature)\b/;

/** @param tokensIn member that holds the tokens where the answer itself has none, at issuers known for it */
export function readTokenResponse(answer: IssuerAnswer, tokensIn?: string): TokenOutcome {
  const { status, words } = answer;
  const json = holderOf(answer.json, tokensIn);
  const ok = status >= 200 && status < 300;
  const hasToken = textOf(json, "access_token", LONGEST.token) !== undefined;
  const isTrouble = !(ok && hasToken) && TROUBLE.has(words.error ?? "");
  if (status >= 500 || NOT_NOW.has(status) || isTrouble)
    return { kind: "unavailable", status, retryAfter: answer.header("retry-after"), ...words };
  // GitHub and others say no with status 200.
  const isRefusal = ok ? words.error !== undefined && !hasToken : status >= 400;
  if (isRefusal) return { kind: "refused", status, ...words };
  if (!ok) return { kind: "senseless", status, reason: outcomeOf(answer), isObject: false };
  if (json === undefined) {
    const reason = `answered ${status} with what is not a JSON object`;
    return { kind: "senseless", status, reason, isObject: false };
  }
  return readTokens(json, status);
}

function holderOf(json: JsonObject | undefined, tokensIn: string | undefined): JsonObject | undefined {
  const inner = json && tokensIn !== undefined && Object.hasOwn(json, tokensIn) ? json[tokensIn] : undefined;
  const isEmpty = textOf(json, "access_token", LONGEST.token) === undefined;
  return isObject(inner) && isEmpty ? inner : json;
}

function readTokens(body: JsonObject, status: number): TokenOutcome {
  const senseless = (what: string): TokenOutcome => ({
    kind: "senseless",
    status,
    reason: `answered ${status}, and the answer ${what}`,
    isObject: true,
  });
  const accessToken = textOf(body, "access_token", LONGEST.token);
  if (accessToken === undefined) return senseless("has no access token of a usable length");
  const type = (textOf(body, "token_type") ?? "Bearer").trim().toLowerCase();
  if (OWN_SCHEME.test(type))
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
