// Form POSTs to an issuer, on our own HTTP client: refresh, machine grants, device code, revocation.
import type { ClientRegistration, IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { authenticateClient } from "../client/client-authentication.ts";
import type { IssuerAnswer, IssuerRequest } from "../protocol/issuer-http.ts";
import { tokensIn } from "../protocol/issuer-quirks.ts";
import { defined, textOf } from "../protocol/json-members.ts";
import { readTokenResponse, type TokenOutcome } from "./token-response.ts";

interface FormRequest {
  /** What this is for, as the beginning of a sentence. */
  readonly step: string;
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
  /** Without the client's identity; undefined ones are left out. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly steps?: IssuerRequest["steps"];
  /** Key that the tokens are bound to. */
  readonly dpopKey?: Secret | undefined;
}

/** @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED */
export async function postForm(
  context: AuthContext,
  url: URL,
  { step, metadata, client, params, steps }: FormRequest,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<IssuerAnswer> {
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded", ...more };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, value);
  await authenticateClient(context, client, metadata, { headers, params: form }, signal);
  const body = form.toString();
  return context.http.send({ step, kind: "token", method: "POST", url, headers, body, signal, steps });
}

/** @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED, AUTH_INSECURE_ENDPOINT */
export async function requestTokens(
  context: AuthContext,
  request: FormRequest,
  signal: AbortSignal,
): Promise<TokenOutcome> {
  const { metadata, dpopKey } = request;
  const url = context.policy.endpoint(metadata.token_endpoint, "token endpoint");
  const nested = tokensIn(context.quirks, metadata.issuer);
  if (dpopKey === undefined) return readTokenResponse(await postForm(context, url, request, signal), nested);
  const { session } = await import("../protocol/oauth-sdk.ts").then((sdk) => sdk.openDpopKey(dpopKey));
  for (let nonce: string | undefined; ; ) {
    const dpop = await session.buildProof({ htm: "POST", htu: url, ...defined({ nonce }) });
    const answer = await postForm(context, url, request, signal, { dpop });
    // RFC 9449 8: the issuer wants its nonce in the proof. Once.
    const given = answer.header("dpop-nonce");
    const wanted = textOf(answer.json, "error") === "use_dpop_nonce";
    if (!wanted || given === undefined || nonce !== undefined) return readTokenResponse(answer, nested);
    nonce = given;
  }
}
