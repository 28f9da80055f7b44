// Tells the issuer that a sign-in is over (RFC 7009), then forgets it (TOK-10).
import { asFailure, Failure, isFailure } from "../../core/failure/failure.ts";
import { isSameIssuer } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { SignOutReport } from "../../core/ports/sign-in-control.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { outcomeOf } from "../protocol/issuer-http.ts";
import { sourceOf } from "./grant-source.ts";
import { postForm } from "./token-request.ts";

/** Revokes and forgets, also what cannot be read. @throws Failure LOCAL_*: then nothing was forgotten */
export function signOut(context: AuthContext, signal: AbortSignal): Promise<SignOutReport> {
  return context.vault.exclusive("forget", signal, async (held) => {
    const record = await held.read().catch(unreadable);
    const report = await reportOf(context, record, signal);
    await held.remove();
    return report;
  });
}

function reportOf(
  context: AuthContext,
  record: VaultRecord | Failure | undefined,
  signal: AbortSignal,
): Promise<SignOutReport> | SignOutReport {
  if (record instanceof Failure) {
    const reason = `It could not be read, so its tokens stay valid until they expire: ${record.message}`;
    return { wasSignedIn: true, revoked: "failed", reason };
  }
  return record?.grant ? revoke(context, record, signal) : { wasSignedIn: false, revoked: "not offered" };
}

/** Nobody will be able to read it later either. A keychain that is locked can be opened, and is waited for. */
function unreadable(error: unknown): Failure {
  if (isFailure(error, "LOCAL_VAULT_UNSAFE", "LOCAL_VAULT_NEWER", "LOCAL_VAULT_BROKEN")) return error;
  throw error;
}

async function revoke(
  context: AuthContext,
  record: VaultRecord,
  signal: AbortSignal,
): Promise<SignOutReport> {
  const { grant } = record;
  const failed = (reason: string): SignOutReport => ({ wasSignedIn: true, revoked: "failed", reason });
  const published = grant?.source?.metadata ?? record.discovery?.issuer;
  if (!grant || published?.revocation_endpoint === undefined || !isSameIssuer(published, grant)) {
    const reason = "The issuer does not support revocation; its tokens stay valid until they expire.";
    return { wasSignedIn: true, revoked: "not offered", reason };
  }
  try {
    const source = sourceOf(grant, context.settings, record);
    if (source === undefined)
      return failed("The client that this sign-in was made with is missing from the saved record.");
    const { metadata, client } = source;
    const url = context.policy.endpoint(published.revocation_endpoint, "revocation endpoint");
    // The refresh token first: most issuers end the whole sign-in with it.
    const tokens = [
      ["refresh_token", grant.refreshToken],
      ["access_token", grant.accessToken],
    ] as const;
    for (const [hint, token] of tokens) {
      if (token === undefined) continue;
      const params = { token: token.reveal(), token_type_hint: hint };
      const step = "Revoking the sign-in";
      const { answer } = await postForm(context, url, { step, metadata, client, params }, signal);
      // Many revoke refresh tokens alone; that the access token stays is then no failure.
      const unsupported = hint === "access_token" && grant.refreshToken !== undefined;
      if ((answer.status < 200 || answer.status >= 300) && !unsupported)
        return failed(`POST ${urlForPeople(url)} ${outcomeOf(answer)}.`);
    }
    return { wasSignedIn: true, revoked: "yes" };
  } catch (error) {
    // Whatever an issuer does to this, the sign-in is forgotten here.
    return failed(asFailure(error).said);
  }
}
