// One form POST to a token endpoint, on our own HTTP client: refresh, machine grants, device code.
import type { ClientRegistration, IssuerMetadata } from "../core/grant.ts";
import type { Step } from "../core/ports/checkpoint.ts";
import type { Secret } from "../core/secret.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { AuthContext } from "./context.ts";
import type { IssuerAnswer } from "./issuer-http.ts";
import { textOf } from "./safe-json.ts";
import { readTokenAnswer, type TokenOutcome } from "./token-answer.ts";

export interface TokenRequest {
  /** What this is for, as the beginning of a sentence. */
  readonly step: string;
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
  /** Without the client's identity. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Key that the tokens are bound to. */
  readonly dpopKey?: Secret | undefined;
  readonly steps?: { readonly sent: Step; readonly answered: Step } | undefined;
}

/** @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED, AUTH_INSECURE_ENDPOINT */
export async function requestTokens(
  context: AuthContext,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<TokenOutcome> {
  const { metadata } = request;
  const url = context.reach.endpoint(metadata.token_endpoint, "token endpoint");
  return readTokenAnswer(await postToken(context, url, request, signal));
}

async function postToken(
  context: AuthContext,
  url: URL,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<IssuerAnswer> {
  const { step, metadata, client, steps, dpopKey } = request;
  const key = dpopKey && (await import("./oauth-sdk.ts").then((sdk) => sdk.openDpopKey(dpopKey)));
  for (let nonce: string | undefined; ; ) {
    const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(request.params))
      if (value !== undefined) params.set(name, value);
    await authenticateClient(context, client, metadata, { headers, params }, signal);
    if (key) {
      const nonced = nonce === undefined ? {} : { nonce };
      headers.dpop = await key.session.buildProof({ htm: "POST", htu: url, ...nonced });
    }
    const answer = await context.http.send({
      step,
      kind: "token",
      method: "POST",
      url,
      headers,
      body: params.toString(),
      signal,
      ...(steps === undefined ? {} : { steps }),
    });
    // RFC 9449 8: the issuer wants its nonce in the proof. Once.
    const given = answer.header("dpop-nonce");
    const wanted = answer.json !== undefined && textOf(answer.json, "error") === "use_dpop_nonce";
    if (key === undefined || !wanted || given === undefined || nonce !== undefined) return answer;
    nonce = given;
  }
}
