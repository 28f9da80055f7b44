// Form POSTs to an issuer, on our own HTTP client: refresh, machine grants, device code, revocation.
import type { ClientRegistration, IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";
import { authenticateClient } from "../client/client-authentication.ts";
import { type AnsweredClient, sendInEitherPlace } from "../client/secret-in-other-place.ts";
import type { IssuerRequest } from "../protocol/issuer-http.ts";
import { quirksOf, tokensIn } from "../protocol/issuer-quirks.ts";
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

/**
 * @param more headers of each request that is sent, made for it
 * @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED
 */
export function postForm(
  context: AuthContext,
  url: URL,
  { step, metadata, client, params, steps }: FormRequest,
  signal: AbortSignal,
  more: () => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<AnsweredClient> {
  return sendInEitherPlace(client, async (shown) => {
    const headers: Record<string, string> = {
      "content-type": "application/x-www-form-urlencoded",
      ...(await more()),
    };
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, value);
    await authenticateClient(context, shown, metadata, { headers, params: form }, signal);
    const body = form.toString();
    return context.http.send({ step, kind: "token", method: "POST", url, headers, body, signal, steps });
  });
}

/** With the client as the issuer took it. */
export type RequestedTokens = TokenOutcome & { readonly client: ClientRegistration };

/** @throws Failure NETWORK_*, AUTH_CLIENT_REJECTED, AUTH_INSECURE_ENDPOINT */
export async function requestTokens(
  context: AuthContext,
  request: FormRequest,
  signal: AbortSignal,
): Promise<RequestedTokens> {
  const { metadata, dpopKey } = request;
  const url = context.policy.endpoint(metadata.token_endpoint, "token endpoint");
  const nested = tokensIn(quirksOf(context), metadata.issuer);
  const read = ({ answer, client }: AnsweredClient): RequestedTokens => ({
    ...readTokenResponse(answer, nested),
    client,
  });
  if (dpopKey === undefined) return read(await postForm(context, url, request, signal));
  const { session } = await import("../protocol/oauth-sdk.ts").then((sdk) => sdk.openDpopKey(dpopKey));
  let { client } = request;
  for (let nonce: string | undefined; ; ) {
    const proof = async () => ({
      dpop: await session.buildProof({ htm: "POST", htu: url, ...defined({ nonce }) }),
    });
    const answered = await postForm(context, url, { ...request, client }, signal, proof);
    const { answer } = answered;
    // RFC 9449 8: the issuer wants its nonce in the proof. Once.
    const given = answer.header("dpop-nonce");
    const wanted = textOf(answer.json, "error") === "use_dpop_nonce";
    if (!wanted || given === undefined || nonce !== undefined) return read(answered);
    nonce = given;
    client = answered.client;
  }
}
