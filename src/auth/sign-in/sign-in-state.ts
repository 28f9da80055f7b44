import type { SignInInProgress } from "../../core/ports/authorizer.ts";

/** What others may know of a sign-in while it goes on. */
export interface SignInState {
  current: SignInInProgress | undefined;
}
