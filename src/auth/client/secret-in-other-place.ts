// A client's secret goes into the header or into the form, and what metadata says of that is wrong now and then: an issuer
// that does not know the client by the one is asked once more by the other.
import type { ClientRegistration, TokenEndpointAuth } from "../../core/oauth/oauth-types.ts";
import type { IssuerAnswer } from "../protocol/issuer-http.ts";

export interface AnsweredClient {
  readonly answer: IssuerAnswer;
  /** As it was shown to the issuer in the request that this is the answer to. */
  readonly client: ClientRegistration;
}

/** @param send one request that authenticates as the client it is given */
export async function sendInEitherPlace(
  client: ClientRegistration,
  send: (client: ClientRegistration) => Promise<IssuerAnswer>,
): Promise<AnsweredClient> {
  const answer = await send(client);
  const other = refusesClient(answer) ? withOtherPlace(client) : undefined;
  if (other === undefined) return { answer, client };
  const second = await send(other);
  // The first refusal is the one that a person can do something about.
  return refusesClient(second) ? { answer, client } : { answer: second, client: other };
}

const OTHER_PLACE: Partial<Record<TokenEndpointAuth, TokenEndpointAuth>> = {
  client_secret_basic: "client_secret_post",
  client_secret_post: "client_secret_basic",
  // Registered as a public client, and given a secret all the same.
  none: "client_secret_post",
};

function withOtherPlace(client: ClientRegistration): ClientRegistration | undefined {
  const tokenEndpointAuth = OTHER_PLACE[client.tokenEndpointAuth];
  if (client.clientSecret === undefined || tokenEndpointAuth === undefined) return undefined;
  return { ...client, tokenEndpointAuth, authLearned: true };
}

/** Errors of the token endpoint that say that the client is known. */
const OF_THE_GRANT: ReadonlySet<string> = new Set([
  "invalid_grant",
  "invalid_scope",
  "invalid_target",
  "unsupported_grant_type",
  "authorization_pending",
  "slow_down",
  "access_denied",
  "expired_token",
  "use_dpop_nonce",
]);
const CLIENT = /(?:^|[^a-z])client[ _-]?(?:id|secret|auth|credential)/i;

/** Is it the client that is refused, rather than what it asks for (RFC 6749 5.2)? */
export function refusesClient({ status, words }: IssuerAnswer): boolean {
  const { error, description } = words;
  if (error === "invalid_client") return true;
  if (status < 400 || status >= 500 || OF_THE_GRANT.has(error ?? "")) return false;
  return status === 401 || CLIENT.test(`${error ?? ""} ${description ?? ""}`);
}
