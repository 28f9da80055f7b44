// The authorization endpoint: checks the request as a strict issuer does, and sends the browser back at once.
import type { Answer } from "../../remotes/scripted-server.ts";
import { type IssuerClient, type IssuerState, redirectFits, sameScope } from "./state.ts";

/** What the person in the browser does, and what goes wrong on the way back. */
export interface Consent {
  /** `hold`: a page that never goes anywhere, as when nobody comes. */
  readonly decision: "approve" | "deny" | "hold";
  /** `iss` of the redirect. `null`: none. Default: the issuer's own. */
  readonly iss?: string | null;
  /** `state` of the redirect. `null`: none. Default: as received. */
  readonly state?: string | null;
  /** Error code of a denial. Default `access_denied`. */
  readonly error?: string;
  readonly errorDescription?: string;
}

/** Answers an authorization request (RFC 6749 4.1.1, RFC 7636 4.3, RFC 8707 2.1). */
export function authorize(
  state: IssuerState,
  issuer: string,
  consent: Consent,
  query: URLSearchParams,
): Answer {
  const wrong = faultsOf(state, query);
  if (wrong.length > 0) {
    for (const text of wrong) state.fault(`authorize: ${text}`);
    return page(400, `Refused: ${wrong.join("; ")}`);
  }
  if (consent.decision === "hold") return page(200, "Waiting for a person.");

  const redirectUri = query.get("redirect_uri") ?? "";
  const back = new URL(redirectUri);
  if (consent.decision === "deny") {
    back.searchParams.set("error", consent.error ?? "access_denied");
    if (consent.errorDescription) back.searchParams.set("error_description", consent.errorDescription);
  } else {
    const code = state.newCode({
      clientId: query.get("client_id") ?? "",
      redirectUri,
      challenge: query.get("code_challenge") ?? "",
      scope: query.get("scope") ?? undefined,
      resource: query.get("resource") ?? undefined,
    });
    back.searchParams.set("code", code);
  }
  const sentState = consent.state === undefined ? query.get("state") : consent.state;
  if (sentState !== null) back.searchParams.set("state", sentState);
  const iss = consent.iss === undefined ? issuer : consent.iss;
  if (iss !== null) back.searchParams.set("iss", iss);
  return { status: 302, headers: { location: back.href } };
}

/** What is wrong with an authorization request. */
export function faultsOf(state: IssuerState, query: URLSearchParams): string[] {
  const wrong: string[] = [];
  const clientId = query.get("client_id") ?? "";
  const client = state.clients.get(clientId);
  if (!client) wrong.push(`unknown client_id "${clientId}"`);
  for (const name of new Set(query.keys()))
    if (query.getAll(name).length > 1 && name !== "resource") wrong.push(`"${name}" is repeated`);
  if (query.get("response_type") !== "code") wrong.push(`response_type "${query.get("response_type")}"`);
  if (query.get("code_challenge_method") !== "S256")
    wrong.push(`code_challenge_method "${query.get("code_challenge_method")}"`);
  if (!/^[\w-]{43}$/.test(query.get("code_challenge") ?? ""))
    wrong.push(`code_challenge "${query.get("code_challenge")}"`);
  if ((query.get("state") ?? "").length < 16) wrong.push(`state "${query.get("state")}" is missing or short`);
  wrong.push(...redirectFaults(state, client, query.get("redirect_uri")));
  wrong.push(...scopeFaults(state, client, query.get("scope")));
  const { resource } = state.expect;
  if (resource !== undefined && query.get("resource") !== resource)
    wrong.push(`resource "${query.get("resource")}" instead of "${resource}"`);
  return wrong;
}

function redirectFaults(
  state: IssuerState,
  client: IssuerClient | undefined,
  redirectUri: string | null,
): string[] {
  if (redirectUri === null || !URL.canParse(redirectUri)) return [`redirect_uri "${redirectUri}"`];
  const wrong: string[] = [];
  if (client && !redirectFits(client, redirectUri))
    wrong.push(`redirect_uri "${redirectUri}" is not among "${client.redirectUris.join(" ")}"`);
  if (state.expect.redirectUri !== undefined && state.expect.redirectUri !== redirectUri)
    wrong.push(`redirect_uri "${redirectUri}" instead of "${state.expect.redirectUri}"`);
  return wrong;
}

function scopeFaults(state: IssuerState, client: IssuerClient | undefined, scope: string | null): string[] {
  const wrong: string[] = [];
  const expected = state.expect.scope;
  if (expected === null && scope !== null) wrong.push(`scope "${scope}" where none was asked for`);
  if (typeof expected === "string" && !sameScope(scope ?? "", expected))
    wrong.push(`scope "${scope}" instead of "${expected}"`);
  const allowed = client?.scope?.split(" ");
  const extra = (scope ?? "").split(" ").filter((word) => word && allowed && !allowed.includes(word));
  if (extra.length > 0) wrong.push(`scope "${extra.join(" ")}" is not registered`);
  return wrong;
}

export function page(status: number, text: string): Answer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><title>Issuer</title><p>${text.replace(/[<&]/g, " ")}</p>`,
  };
}
