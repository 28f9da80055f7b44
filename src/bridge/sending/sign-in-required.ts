import { Failure } from "../../core/failure/failure.ts";
import type { SignInInProgress } from "../../core/ports/authorizer.ts";

/** What a request is told that cannot wait until the remote has answered the handshake. */
export function notOpenYet(): Failure {
  return new Failure("NETWORK_TIMEOUT", "The remote has not answered the handshake yet.", { received: "no" });
}

/** What a request is told that cannot wait until a person has signed in. */
export function signInRequired(inProgress: SignInInProgress | undefined): Failure {
  if (inProgress === undefined) {
    return new Failure("AUTH_SIGN_IN_REQUIRED", "Sign-in required. The address is being prepared.", {
      hint: "Try again in a moment; then there is an address to open in a browser.",
      received: "no",
    });
  }
  const url = inProgress.authorizationUrl;
  return new Failure("AUTH_SIGN_IN_REQUIRED", `Sign-in required. Open ${url}`, {
    url,
    received: "no",
  });
}
