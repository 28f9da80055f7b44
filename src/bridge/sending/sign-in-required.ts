import { Failure } from "../../core/failure/failure.ts";
import type { SignInInProgress } from "../../core/ports/authorizer.ts";

/** What a request is told that cannot wait until the remote has answered the handshake. */
export function notOpenYet(): Failure {
  return new Failure("NETWORK_TIMEOUT", "The server has not answered the handshake yet.", { received: "no" });
}

/** What a request is told that cannot wait until a person has signed in. */
export function signInRequired(inProgress: SignInInProgress | undefined): Failure {
  if (inProgress === undefined) {
    return new Failure("AUTH_SIGN_IN_REQUIRED", "Sign-in required. There is no address to open yet.", {
      hint: "Try again in a moment; the next error has the address to open in a browser.",
      received: "no",
    });
  }
  const url = inProgress.authorizationUrl;
  return new Failure("AUTH_SIGN_IN_REQUIRED", `Sign-in required. Open ${url}`, {
    url,
    received: "no",
  });
}
