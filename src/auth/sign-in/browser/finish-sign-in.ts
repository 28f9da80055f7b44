// What became of a redirect: a grant, another try in the same tab, or a failure. State and issuer fit already.
import { Failure } from "../../../core/failure/failure.ts";
import type { AuthContext } from "../../auth-context.ts";
import { emptyAnswer, exchangeFailure, redirectFailure, wrongIssuer } from "../sign-in-failures.ts";
import type { SignInRequest } from "../sign-in-request.ts";
import { type AuthorizationAttempt, prepareAuthorization } from "./authorization-request.ts";
import type { Arrival } from "./callback-listener.ts";
import { exchangeAuthorizationCode } from "./code-exchange.ts";
import { type Refusal, remedy } from "./remedy.ts";

/**
 * @param mayRetry false: a refusal that another try could meet is a failure like any other
 * @throws Failure AUTH_*, NETWORK_*
 */
export async function finishSignIn(
  context: AuthContext,
  signInRequest: SignInRequest,
  attempt: AuthorizationAttempt,
  { result }: Arrival,
  mayRetry: boolean,
  signal: AbortSignal,
): Promise<"signed in" | AuthorizationAttempt> {
  const { pending } = attempt;
  if (result.kind === "wrong issuer")
    throw wrongIssuer(result.iss, attempt.metadata, context.settings.givenIssuer);
  if (result.kind === "empty") throw emptyAnswer(attempt.metadata);

  return context.vault.exclusive("exchange", signal, async (held) => {
    const record = await held.read();
    if (record === undefined || !record.pending?.state.equals(pending.state))
      throw new Failure("AUTH_RESPONSE_INVALID", "This sign-in was replaced or removed before it finished.");
    const again = (refusal: Refusal, failure: Failure): Promise<AuthorizationAttempt> => {
      const better = mayRetry ? remedy(context, record, signInRequest, attempt, refusal) : undefined;
      if (better === undefined) throw failure;
      return prepareAuthorization(
        context,
        held,
        better.record,
        better.signInRequest,
        signal,
        attempt.session,
      );
    };
    if (result.kind === "refused")
      return again(result, redirectFailure(result.error, result.description, pending));
    const response = { code: result.code, iss: result.iss, dpop: signInRequest.hints.dpop };
    const exchanged = await exchangeAuthorizationCode(context, record, attempt, response, signal);
    if ("kind" in exchanged) return again(exchanged, exchangeFailure(exchanged, attempt.metadata, pending));
    await held.write(exchanged);
    await context.checkpoint("exchange.saved");
    await held.endSignIn();
    const scope = exchanged.grant?.scope;
    context.diagnostics.event("signin.done", { issuer: pending.issuer, scope });
    return "signed in";
  });
}
