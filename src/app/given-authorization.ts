import { Failure } from "../core/failure/failure.ts";
import type { SignInControl } from "../core/ports/sign-in-control.ts";

/**
 * The user sends an `Authorization` header of their own: it is the whole authorization, so a refusal is answered with
 * an explanation instead of a sign-in whose token nobody would send.
 */
export function givenAuthorization(): SignInControl {
  return {
    credentials: async () => undefined,
    challenged: async ({ status }) => {
      throw new Failure(
        "AUTH_TOKEN_REJECTED",
        `The server answered ${status} to the Authorization header that you gave with --header.`,
        { hint: "Give a valid value, or leave the header out to sign in with the browser.", status },
      );
    },
    signIn: async () => {
      throw new Failure("USAGE_BAD_ARGUMENT", "You pass your own Authorization header.", {
        hint: "Leave --header out to sign in with the browser.",
      });
    },
    signOut: async () => ({ wasSignedIn: false, revoked: "not offered" }),
    inProgress: () => undefined,
    onSignIn: () => undefined,
    close: async () => {},
  };
}
