// The token endpoint: client authentication, code exchange with PKCE, refresh with rotation, revocation.
import type { Answer, Exchange } from "../../remotes/scripted-server.ts";
import { type Family, type IssuerClient, type IssuerState, s256, sameScope } from "./state.ts";

export interface TokenRules {
  /** `expires_in` in seconds. `null`: not said, and the token lives on. */
  readonly lifeS: number | null;
  /** A refresh gives a new refresh token and kills the old one. */
  readonly rotate: boolean;
  /** Whether a code exchange gives a refresh token at all. */
  readonly refreshTokens: boolean;
  readonly nowMs: () => number;
  /** More grant types, by name; gets the client that authenticated. */
  readonly grants: Readonly<Record<string, GrantHandler>>;
  /** Identifies a client by other means (`private_key_jwt`); undefined: not its business. */
  readonly authenticate?: ((exchange: Exchange) => Promise<IssuerClient | undefined>) | undefined;
}

export type GrantHandler = (exchange: Exchange, client: IssuerClient) => Answer | Promise<Answer>;

/** RFC 6749 5.2. */
export function tokenError(error: string, description: string, status = 400): Answer {
  return {
    status,
    headers: { "cache-control": "no-store" },
    body: { error, error_description: description },
  };
}

/** Answers a token request. */
export async function token(state: IssuerState, rules: TokenRules, exchange: Exchange): Promise<Answer> {
  if (exchange.method !== "POST") return fault(state, "invalid_request", `method ${exchange.method}`);
  const type = String(exchange.headers["content-type"]);
  if (!type.startsWith("application/x-www-form-urlencoded"))
    return fault(state, "invalid_request", `content-type "${type}"`);
  if (exchange.url.search !== "") return fault(state, "invalid_request", "parameters in the query");
  for (const name of new Set(exchange.form.keys()))
    if (exchange.form.getAll(name).length > 1)
      return fault(state, "invalid_request", `"${name}" is repeated`);

  const client = await authenticated(state, rules, exchange);
  if (!("clientId" in client)) return client;
  const grantType = exchange.form.get("grant_type") ?? "";
  if (grantType === "authorization_code") return exchangeCode(state, rules, exchange, client);
  if (grantType === "refresh_token") return refresh(state, rules, exchange, client);
  const handler = rules.grants[grantType];
  if (!handler) return fault(state, "unsupported_grant_type", `grant_type "${grantType}"`);
  return handler(exchange, client);
}

/** Answers with new tokens of one family (RFC 6749 5.1). */
export function grantTokens(
  state: IssuerState,
  rules: TokenRules,
  family: Family,
  refreshToken = "",
): Answer {
  const expiresAtMs = rules.lifeS === null ? undefined : rules.nowMs() + rules.lifeS * 1_000;
  return {
    headers: { "cache-control": "no-store" },
    body: {
      access_token: state.newToken("access", family, expiresAtMs),
      token_type: "Bearer",
      ...(rules.lifeS === null ? {} : { expires_in: rules.lifeS }),
      ...(refreshToken === "" ? {} : { refresh_token: refreshToken }),
      ...(family.scope === undefined ? {} : { scope: family.scope }),
    },
  };
}

/** RFC 7009: always 200 for a token of this client, unknown ones too. */
export async function revoke(state: IssuerState, rules: TokenRules, exchange: Exchange): Promise<Answer> {
  const client = await authenticated(state, rules, exchange);
  if (!("clientId" in client)) return client;
  const found = state.tokens.get(exchange.form.get("token") ?? "");
  if (!found) state.fault("revoke: unknown token");
  else if (found.family.clientId !== client.clientId) state.fault("revoke: token of another client");
  else found.family.revoked = true;
  return { status: 200 };
}

function exchangeCode(
  state: IssuerState,
  rules: TokenRules,
  { form }: Exchange,
  client: IssuerClient,
): Answer {
  const code = state.codes.get(form.get("code") ?? "");
  if (!code) return fault(state, "invalid_grant", "unknown code");
  if (code.used) return fault(state, "invalid_grant", "second use of a code");
  code.used = true;
  if (code.clientId !== client.clientId) return fault(state, "invalid_grant", "code of another client");
  if (form.get("redirect_uri") !== code.redirectUri)
    return fault(state, "invalid_grant", `redirect_uri "${form.get("redirect_uri")}"`);
  const verifier = form.get("code_verifier") ?? "";
  if (!/^[\w.~-]{43,128}$/.test(verifier) || s256(verifier) !== code.challenge)
    return fault(state, "invalid_grant", "code_verifier does not fit");
  const resource = form.get("resource") ?? undefined;
  if (resource !== code.resource)
    return fault(state, "invalid_target", `resource "${resource}" instead of "${code.resource}"`);
  const family: Family = { clientId: client.clientId, scope: code.scope, resource, revoked: false };
  return grantTokens(state, rules, family, rules.refreshTokens ? state.newToken("refresh", family) : "");
}

function refresh(state: IssuerState, rules: TokenRules, { form }: Exchange, client: IssuerClient): Answer {
  const given = form.get("refresh_token") ?? "";
  const found = state.tokens.get(given);
  if (found?.kind !== "refresh") return fault(state, "invalid_grant", "unknown refresh token");
  const { family } = found;
  if (family.clientId !== client.clientId)
    return fault(state, "invalid_grant", "refresh token of another client");
  if (found.dead) {
    // Rotation turns a second use into the sign of a theft: everything of this sign-in dies (RFC 9700 4.14.2).
    family.revoked = true;
    return fault(state, "invalid_grant", "second use of a refresh token");
  }
  if (family.revoked) return tokenError("invalid_grant", "revoked");
  const scope = form.get("scope");
  if (scope !== null && !sameScope(scope, family.scope ?? ""))
    return fault(state, "invalid_scope", `scope "${scope}" instead of "${family.scope}"`);
  const resource = form.get("resource") ?? undefined;
  if (resource !== family.resource)
    return fault(state, "invalid_target", `resource "${resource}" instead of "${family.resource}"`);
  if (!rules.rotate) return grantTokens(state, rules, family);
  found.dead = true;
  return grantTokens(state, rules, family, state.newToken("refresh", family));
}

/** The client, by exactly the method it registered (RFC 6749 2.3.1), or the refusal. */
export async function authenticated(
  state: IssuerState,
  rules: TokenRules,
  exchange: Exchange,
): Promise<IssuerClient | Answer> {
  const other = await rules.authenticate?.(exchange);
  if (other) return other;
  const header = exchange.headers.authorization;
  const basic = header === undefined ? undefined : readBasic(header);
  if (header !== undefined && basic === undefined)
    return fault(state, "invalid_client", "authorization header is not Basic", 401);
  const clientId = basic?.id ?? exchange.form.get("client_id") ?? "";
  const client = state.clients.get(clientId);
  if (!client) return tokenError("invalid_client", "unknown client", 401);
  const posted = exchange.form.get("client_secret") ?? undefined;
  const used = basic ? "client_secret_basic" : posted === undefined ? "none" : "client_secret_post";
  if (basic && posted !== undefined) return fault(state, "invalid_client", "two ways of authentication", 401);
  if (used !== client.auth)
    return fault(state, "invalid_client", `${clientId} uses ${used} instead of ${client.auth}`, 401);
  if (used !== "none" && (basic?.secret ?? posted) !== client.secret)
    return fault(state, "invalid_client", `wrong secret for ${clientId}`, 401);
  return client;
}

/** Both halves are form-encoded first (RFC 6749 2.3.1). */
function readBasic(header: string): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([\w+/=-]+)$/.exec(header)?.[1];
  const text = encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
  const parts = text?.split(":");
  if (parts?.length !== 2) return undefined;
  const [id, secret] = parts.map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  return { id: id ?? "", secret: secret ?? "" };
}

function fault(state: IssuerState, error: string, text: string, status = 400): Answer {
  return tokenError(error, state.fault(`token: ${text}`), status);
}
