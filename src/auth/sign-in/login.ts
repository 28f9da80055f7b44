// `login`: a sign-in that nobody was refused for yet.
import { unlessAborted } from "../../core/deadline.ts";
import { isFailure } from "../../core/failure/failure.ts";
import type { SignInControl, SignInOptions } from "../../core/ports/sign-in-control.ts";
import type { AuthContext } from "../auth-context.ts";
import { forbidden } from "../protocol/oauth-error.ts";
import { readHints } from "../protocol/www-authenticate.ts";
import type { TokenSource } from "../token/token-source.ts";
import { savePromptedClient } from "./prompt-client-id.ts";
import type { Acquire } from "./sign-in-request.ts";

/** As `SignInControl.signIn`. */
export async function login(
  context: AuthContext,
  tokens: TokenSource,
  acquire: Acquire,
  { probe, onUrl, pasted, askClient, again = false }: SignInOptions,
  signal: AbortSignal,
): ReturnType<SignInControl["signIn"]> {
  const challenge = await probe(signal);
  if (challenge === undefined) return "not needed";
  const hints = readHints(challenge.wwwAuthenticate);
  if (challenge.status === 403) throw forbidden(hints);
  const grant = await tokens.current(signal);
  const isSignedIn =
    grant && !again && (await tokens.credentials({ method: "POST", url: context.remote.url }, signal));
  if (isSignedIn) return "already";
  const signInRequest = {
    hints,
    cause: "host",
    operation: "login",
    lookAgain: true,
    badToken: grant?.accessToken,
    onUrl,
    pasted,
  } as const;
  try {
    await unlessAborted(acquire(signInRequest), signal);
  } catch (error) {
    if (askClient === undefined || !isFailure(error, "AUTH_CLIENT_NEEDED")) throw error;
    if (!(await savePromptedClient(context, askClient, signal))) throw error;
    await unlessAborted(acquire({ ...signInRequest, lookAgain: false }), signal);
  }
  return "signed in";
}
