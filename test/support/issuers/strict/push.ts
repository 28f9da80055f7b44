// Pushed authorization requests (RFC 9126): what the client pushes is checked as a request of a browser is, and the browser
// may then bring nothing but its name, once and in time.
import type { Answer, Exchange } from "../../remotes/scripted-server.ts";
import { faultsOf } from "./authorize.ts";
import { type IssuerState, secretText } from "./state.ts";
import { authenticated, type TokenRules, tokenError } from "./token.ts";

export interface PushRules {
  /** `require_pushed_authorization_requests` of the metadata. Default true. */
  readonly required?: boolean;
  /** `expires_in`. Default 60. */
  readonly lifeS?: number;
}

/** Answers a pushed request (RFC 9126 2). */
export async function push(
  state: IssuerState,
  rules: TokenRules,
  { lifeS = 60 }: PushRules,
  exchange: Exchange,
): Promise<Answer> {
  const client = await authenticated(state, rules, exchange);
  if (!("clientId" in client)) return client;
  const params = new URLSearchParams(exchange.form);
  params.delete("client_secret");
  const wrong = faultsOf(state, params);
  if (params.get("client_id") !== client.clientId) wrong.push("client_id is not that of the authentication");
  if (params.has("request_uri") || params.has("request")) wrong.push("a request inside a request");
  if (wrong.length > 0) return tokenError("invalid_request", state.fault(`push: ${wrong.join("; ")}`));
  const requestUri = `urn:ietf:params:oauth:request_uri:${secretText()}`;
  state.pushed.set(requestUri, { params, expiresAtMs: rules.nowMs() + lifeS * 1_000, used: false });
  return { status: 201, body: { request_uri: requestUri, expires_in: lifeS } };
}

/** The parameters that a browser's request stands for, or what is wrong with it. */
export function pushedParameters(
  state: IssuerState,
  query: URLSearchParams,
  nowMs: number,
): URLSearchParams | string {
  const found = state.pushed.get(query.get("request_uri") ?? "");
  const names = [...query.keys()].sort().join(" ");
  if (found === undefined) return "unknown request_uri";
  if (names !== "client_id request_uri") return `"${names}" beside request_uri`;
  if (found.params.get("client_id") !== query.get("client_id")) return "request_uri of another client";
  if (found.used) return "second use of a request_uri";
  if (found.expiresAtMs <= nowMs) return "expired request_uri";
  found.used = true;
  return found.params;
}
