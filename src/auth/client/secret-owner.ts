// Which issuer the user's own secrets belong to, and whether the one that is here now may have them (promise 1, REG-2).
import { Failure } from "../../core/failure/failure.ts";
import { type IssuerName, ownerOf } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";
import { QUIRKS } from "../protocol/issuer-quirks.ts";

/** Is `name`, which the user or an earlier sign-in gave, the issuer that was found? */
export function isNamed(name: string, found: IssuerName): boolean {
  if (name === ownerOf(found)) return true;
  // Our own table says that both names are its.
  return (
    found.foundUnder === undefined &&
    URL.canParse(name) &&
    QUIRKS.some(({ namesItself, matches }) => namesItself === found.issuer && matches(new URL(name)))
  );
}

/** The issuer that the given client belongs to: as the user says, else where it was used first; undefined: nobody knows. */
export function clientOwner(
  { staticClient, issuer, grantType }: AuthSettings,
  { learned }: VaultRecord,
): string | undefined {
  const endpoint = grantType.kind === "client_credentials" ? grantType.tokenEndpoint?.href : undefined;
  return staticClient?.issuer ?? issuer ?? endpoint ?? learned.staticClientIssuer;
}

/** Does the given client belong to the issuer that was found, as far as anybody knows? */
export function isClientOwner(settings: AuthSettings, record: VaultRecord, found: IssuerName): boolean {
  const owner = clientOwner(settings, record);
  return owner === undefined || isNamed(owner, found);
}

/** @throws Failure AUTH_CLIENT_ISSUER_MISMATCH: the given client belongs to somebody else */
export function checkClientOwner(settings: AuthSettings, record: VaultRecord, found: IssuerName): void {
  const owner = clientOwner(settings, record);
  if (owner === undefined || isNamed(owner, found)) return;
  const now = quoted(ownerOf(found));
  throw new Failure(
    "AUTH_CLIENT_ISSUER_MISMATCH",
    `The client ${quoted(settings.staticClient?.clientId ?? "", 100)} belongs to the issuer ${quoted(owner)}, and the remote now names ${now}.`,
    {
      hint: `If you registered the client at ${now}, say so: "issuer" beside "client_id" in --static-oauth-client-info. Else ask whoever runs the server.`,
    },
  );
}
