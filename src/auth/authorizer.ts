import { Failure } from "../core/failure.ts";
import type { Authorizer } from "../core/ports/authorizer.ts";

/** Placeholder until sign-in is there. */
export function createAuthorizer(_options: unknown): Authorizer {
  return {
    credentials: async () => undefined,
    challenged: async () => {
      throw new Failure("AUTH_DISCOVERY_FAILED", "Sign-in is not built yet.");
    },
    inProgress: () => undefined,
    close: async () => {},
  };
}
