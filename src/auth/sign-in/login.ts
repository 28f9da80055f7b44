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
  if (challenge.status === 403) {
    const { publishesMetadata } = await import("../discovery/discover.ts");
    if (!(await publishesMetadata(context, hints, await context.vault.read(signal), signal)))
      throw forbidden(hints);
  }
  const grant = await tokens.current(signal);
  const request = { method: "POST", url: context.remote.url };
  const isSignedIn =
    grant && !again && (await patiently(context, () => tokens.credentials(request, signal), signal));
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

/** As long as a person looks at a terminal where nothing happens. */
const PATIENCE_MS = 20_000;

/** Tries again while it is the issuer that has trouble. */
async function patiently<T>(
  { clock, random, diagnostics }: AuthContext,
  act: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const endMs = clock.monotonicMs() + PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!isFailure(error, "AUTH_REFRESH_FAILED") || clock.monotonicMs() >= endMs) throw error;
      if (tries === 1) diagnostics.notice(`${error.message} It is tried again.`);
      await clock.sleep(500 + 500 * random.fraction(), signal);
    }
  }
}
