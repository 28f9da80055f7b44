// What a person is told when an issuer's answer ends a sign-in: what it said, whose move it is, and what to try.
import { Failure } from "../../core/failure/failure.ts";
import type { IssuerMetadata } from "../../core/oauth/oauth-types.ts";
import type { PendingAuthorization } from "../../core/oauth/vault-record.ts";
import type { GivenIssuer } from "../../core/settings.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import { givenName } from "../protocol/given-issuer.ts";
import { type IssuerAnswer, outcomeOf } from "../protocol/issuer-http.ts";
import { defined } from "../protocol/json-members.ts";
import { answered, refusalText } from "../protocol/oauth-error.ts";
import type { TokenOutcome } from "../token/token-response.ts";

const OF_THE_ISSUER = "The trouble is the issuer's. Start the sign-in again in a moment.";
const WITHOUT_SCOPE =
  "No scope was asked for, because neither the server nor its metadata names one, and some issuers want one: try --scope with what the server's documentation names.";

/** Undefined: the table's. */
function hintFor(isTrouble: boolean, scope: string | undefined): string | undefined {
  if (isTrouble) return OF_THE_ISSUER;
  return scope === undefined ? WITHOUT_SCOPE : undefined;
}

/**
 * A token endpoint's refusal or nonsense as a failure that names the address and the status.
 * @param asked `scope`: of the request, or of the one that led to it
 */
export function exchangeFailure(
  outcome: Exclude<TokenOutcome, { kind: "tokens" }>,
  { token_endpoint }: IssuerMetadata,
  { step = "Exchanging the code", scope }: { readonly step?: string; readonly scope?: string | undefined },
): Failure {
  const where = `${step} failed: POST ${urlForPeople(token_endpoint)}`;
  const { kind, status } = outcome;
  if (kind === "senseless") {
    const code = status < 300 ? "AUTH_TOKEN_RESPONSE_INVALID" : "AUTH_EXCHANGE_FAILED";
    return new Failure(code, `${where} ${outcome.reason}.`, { status });
  }
  const text = `${where} ${answered(outcome)}.`;
  if (kind === "refused" && outcome.error === "invalid_client")
    return new Failure("AUTH_CLIENT_REJECTED", text, { status });
  const hint = hintFor(kind === "unavailable", scope);
  return new Failure("AUTH_EXCHANGE_FAILED", text, { status, ...defined({ hint }) });
}

/**
 * A pushed authorization request that was not taken, or whose answer does not name it.
 * @param where step and address, as the beginning of the sentence
 */
export function pushFailure(answer: IssuerAnswer, where: string, scope: string | undefined): Failure {
  const { status, words } = answer;
  if (status < 400) {
    const what = status < 300 ? `answered ${status} without a request_uri` : outcomeOf(answer);
    const hint = "Show this to whoever runs the issuer.";
    return new Failure("AUTH_REFUSED_BY_ISSUER", `${where} ${what}.`, { status, hint });
  }
  const text = `${where} ${answered({ status, ...words })}.`;
  if (words.error === "invalid_client" || words.error === "unauthorized_client")
    return new Failure("AUTH_CLIENT_REJECTED", text, { status });
  const hint = hintFor(status >= 500 || status === 408 || status === 429, scope);
  return new Failure("AUTH_REFUSED_BY_ISSUER", text, { status, ...defined({ hint }) });
}

/** What the issuer's error in a redirect means, as a failure. */
export function redirectFailure(
  error: string,
  description: string | undefined,
  { issuer, scope }: Pick<PendingAuthorization, "issuer" | "scope">,
): Failure {
  const said = refusalText({ error, description });
  if (error === "access_denied")
    return new Failure("AUTH_DENIED", `The sign-in at ${quoted(issuer)} was refused with ${said}.`);
  const text = `The issuer ${quoted(issuer)} refused the sign-in with ${said}.`;
  if (error === "invalid_client" || error === "unauthorized_client")
    return new Failure("AUTH_CLIENT_REJECTED", text);
  const hint = hintFor(error === "server_error" || error === "temporarily_unavailable", scope);
  return new Failure("AUTH_REFUSED_BY_ISSUER", text, defined({ hint }));
}

/**
 * The answer of a sign-in does not name its issuer as it has to (RFC 9207).
 * @param iss undefined: none, or several
 * @param given what the user said of the issuer by hand
 */
export function wrongIssuer(
  iss: string | undefined,
  { issuer, authorization_response_iss_parameter_supported: isPromised }: IssuerMetadata,
  given: GivenIssuer | undefined,
): Failure {
  const here = quoted(issuer);
  if (iss === undefined) {
    const text = isPromised
      ? `The issuer ${here} promises to name itself (iss) in its answers, and this answer does not, or not once.`
      : "The answer names more than one issuer (iss).";
    const hint =
      "The answer may be another's, so it was not used. Start the sign-in again; if you paste the address, paste all of it. If that does not help, whoever runs the issuer has to put iss into its answers, or stop to announce it (authorization_response_iss_parameter_supported).";
    return new Failure("AUTH_RESPONSE_INVALID", text, { hint });
  }
  if (given !== undefined && issuer === givenName(given)) {
    const text = `The answer names the issuer ${quoted(iss)} (iss), and nobody named the issuer of the endpoints that you gave.`;
    const hint = `It was not used. If that is the issuer that you mean to sign in at, add --issuer ${quoted(iss)} and start the sign-in again.`;
    return new Failure("AUTH_RESPONSE_INVALID", text, { hint });
  }
  const text = `The answer comes from the issuer ${quoted(iss)}, and this sign-in is at ${here}.`;
  const hint = `It was not used. Start the sign-in again, and sign in with an account of ${here}. If you did, whoever runs the issuer has to use one name in its metadata and its answers.`;
  return new Failure("AUTH_RESPONSE_INVALID", text, { hint });
}

/** The browser came back with nothing to go on with. */
export function emptyAnswer({ issuer }: IssuerMetadata): Failure {
  return new Failure(
    "AUTH_RESPONSE_INVALID",
    `The issuer ${quoted(issuer)} sent the browser back with neither a code nor an error.`,
    { hint: "Start the sign-in again. If that does not help, show this to whoever runs the issuer." },
  );
}
