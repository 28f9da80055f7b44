// Where, and as whom, a grant is renewed and revoked: as it was made, whatever discovery found since (DISC-3, TOK-2).
import type { Grant, GrantSource } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { isClientOwner } from "../client/secret-owner.ts";
import { clientOf, givenClient } from "../client/select-client.ts";

/** @returns undefined when the client is not known any more */
export function sourceOf(grant: Grant, settings: AuthSettings, record: VaultRecord): GrantSource | undefined {
  const { source } = grant;
  if (source === undefined) {
    // Records of earlier builds: what discovery found, as long as that is the grant's issuer.
    const metadata = record.discovery?.issuer;
    const client = metadata && clientOf(grant, settings, record, metadata);
    return client && { metadata, client };
  }
  const { metadata } = source;
  // The user may have put another secret in its place, and has to be the issuer's still.
  const isGiven = settings.staticClient?.clientId === grant.clientId;
  const given =
    isGiven && isClientOwner(settings, record, metadata) && givenClient(settings, record, metadata);
  return { metadata, client: given || source.client };
}
