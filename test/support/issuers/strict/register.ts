// Dynamic client registration (RFC 7591), and clients that are the URL of their metadata document.
import type { Answer, Exchange } from "../../remotes/scripted-server.ts";
import { type ClientAuth, type IssuerState, secretText } from "./state.ts";

export interface RegistrationRules {
  /** Initial access token that must come with a registration. */
  readonly initialToken?: string | undefined;
  /** Members of the answer that replace what would be there; `undefined` as value leaves one out. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** Answers a registration. */
export function register(state: IssuerState, rules: RegistrationRules, exchange: Exchange): Answer {
  if (exchange.method !== "POST") return { status: 405 };
  const given = exchange.headers.authorization;
  if (rules.initialToken !== undefined && given !== `Bearer ${rules.initialToken}`)
    return {
      status: 401,
      body: { error: "invalid_token", error_description: "initial access token needed" },
    };
  if (rules.initialToken === undefined && given !== undefined)
    state.fault("register: an authorization header nobody asked for");
  if (!isObject(exchange.json)) return refused(state, "the body is no JSON object");
  const asked = exchange.json;
  const redirectUris = asked.redirect_uris;
  if (!Array.isArray(redirectUris) || redirectUris.length === 0)
    return refused(state, "no redirect_uris", "invalid_redirect_uri");
  const auth = String(asked.token_endpoint_auth_method ?? "client_secret_basic");
  const secret = auth.startsWith("client_secret") ? `secret-${secretText()}` : undefined;
  const made: Record<string, unknown> = {
    ...asked,
    client_id: `client-${secretText()}`,
    token_endpoint_auth_method: auth,
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    ...rules.answers,
  };
  const clientId = String(made.client_id);
  state.clients.set(clientId, {
    clientId,
    secret: made.client_secret as string | undefined,
    auth: (made.token_endpoint_auth_method ?? auth) as ClientAuth,
    redirectUris: (made.redirect_uris ?? redirectUris) as string[],
    scope: made.scope as string | undefined,
  });
  return { status: 201, headers: { "cache-control": "no-store" }, body: made };
}

/**
 * Takes the client behind a metadata document into the issuer's books, as if it had fetched it.
 * `document` is what the URL would give.
 */
export function acceptDocument(state: IssuerState, url: string, document: Record<string, unknown>): void {
  state.clients.set(url, {
    clientId: url,
    auth: (document.token_endpoint_auth_method ?? "none") as ClientAuth,
    redirectUris: document.redirect_uris as string[],
    anyPort: true,
    scope: document.scope as string | undefined,
  });
}

function refused(state: IssuerState, text: string, error = "invalid_client_metadata"): Answer {
  return { status: 400, body: { error, error_description: state.fault(`register: ${text}`) } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
