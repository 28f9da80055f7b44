// Pushed authorization requests (RFC 9126): the issuer gets the request from us, and the browser only its name.
import { Failure } from "../../../core/failure/failure.ts";
import type { ClientRegistration, IssuerMetadata } from "../../../core/oauth/oauth-types.ts";
import { quoted, urlForPeople } from "../../../core/text/printable.ts";
import type { AuthContext } from "../../auth-context.ts";
import { numberOf, textOf } from "../../protocol/json-members.ts";
import { postForm } from "../../token/token-request.ts";
import { pushFailure } from "../sign-in-failures.ts";
import type { Refusal } from "./remedy.ts";

/** Does the issuer take requests of the client in no other way? */
export function mustPush(metadata: IssuerMetadata, client: ClientRegistration): boolean {
  return metadata.require_pushed_authorization_requests === true || client.requirePushed === true;
}

export interface PushedRequest {
  readonly kind: "pushed";
  /** For the browser. */
  readonly address: URL;
  /** So long the address is good; the issuer may take it once only. */
  readonly lifeMs: number;
  /** As the issuer took it. */
  readonly client: ClientRegistration;
}

export interface RefusedRequest extends Refusal {
  readonly kind: "refused";
  readonly failure: Failure;
}

/** Where the issuer says nothing that makes sense. Its own example has a minute. */
const DEFAULT_LIFE_S = 60;
const STEP = "Pushing the authorization request";

/**
 * @param request the authorization request, as a browser would be sent to it
 * @param scope that it asks for
 * @throws Failure AUTH_METADATA_INVALID, AUTH_INSECURE_ENDPOINT, AUTH_CLIENT_REJECTED, NETWORK_*
 */
export async function pushRequest(
  context: AuthContext,
  { metadata, client, request, scope }: PushTarget & { readonly request: URL },
  signal: AbortSignal,
): Promise<PushedRequest | RefusedRequest> {
  const { pushed_authorization_request_endpoint: endpoint, authorization_endpoint: page = "" } = metadata;
  if (endpoint === undefined)
    throw new Failure(
      "AUTH_METADATA_INVALID",
      `The issuer ${quoted(metadata.issuer)} wants authorization requests pushed, and names no endpoint for that.`,
      { hint: "Show this to whoever runs the issuer." },
    );
  const url = context.policy.endpoint(endpoint, "pushed authorization request endpoint");
  const address = new URL(page);
  // What the page's own address has in its query stays there.
  const own = [...request.searchParams].filter(([name, value]) => address.searchParams.get(name) !== value);
  const form = { step: STEP, metadata, client, params: Object.fromEntries(own) };
  const { answer, client: shown } = await postForm(context, url, form, signal);
  const requestUri = textOf(answer.json, "request_uri");
  const isTaken = answer.status >= 200 && answer.status < 300 && requestUri !== undefined;
  if (!isTaken) {
    const { error, description } = answer.words;
    const failure = pushFailure(answer, `${STEP} failed: POST ${urlForPeople(url)}`, scope);
    return { kind: "refused", error, description, client: shown, failure };
  }
  address.searchParams.set("client_id", client.clientId);
  address.searchParams.set("request_uri", requestUri);
  const givenS = numberOf(answer.json ?? {}, "expires_in") ?? 0;
  return {
    kind: "pushed",
    address,
    lifeMs: (givenS > 0 ? givenS : DEFAULT_LIFE_S) * 1_000,
    client: shown,
  };
}

interface PushTarget {
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
  readonly scope: string | undefined;
}
