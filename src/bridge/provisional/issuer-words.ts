import type { SignInInProgress } from "../../core/ports/authorizer.ts";

/** Where a person signs in, and who says so, as the end of "wants you to sign in at ...". */
export function issuerWords({ authorizationUrl, namedByUser }: SignInInProgress, remote: URL): string {
  const who = namedByUser === true ? "is the issuer that you named" : `${remote.host} named`;
  return `${new URL(authorizationUrl).host}, which ${who}`;
}
