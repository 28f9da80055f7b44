import { Failure } from "../core/failure.ts";
import type { Authorizer } from "../core/ports/authorizer.ts";

/**
 * The user sends an `Authorization` header of their own: it is the whole authorization, so a refusal is answered with
 * an explanation instead of a sign-in whose token nobody would send.
 */
export function givenAuthorization(): Authorizer {
  return {
    credentials: async () => undefined,
    challenged: async ({ status }) => {
      throw new Failure(
        "AUTH_TOKEN_REJECTED",
        `The remote answered ${status} to the Authorization header that you gave with --header.`,
        { hint: "Give a valid value, or leave the header out to sign in with the browser.", status },
      );
    },
    inProgress: () => undefined,
    close: async () => {},
  };
}
