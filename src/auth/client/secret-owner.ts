// Which issuer the user's own secrets belong to, and whether the one that is here now may have them (promise 1, REG-2).
import { Failure } from "../../core/failure/failure.ts";
import { isSameIdentifier } from "../../core/oauth/issuer-identifier.ts";
import { type ClientRegistration, type IssuerName, ownerOf } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { OwnedSecret } from "../../core/ports/secret-owners.ts";
import type { AuthSettings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";
import type { AuthContext } from "../auth-context.ts";
import { givenName } from "../protocol/given-issuer.ts";
import { QUIRKS } from "../protocol/issuer-quirks.ts";

/** Is `name`, which the user or an earlier sign-in gave, the issuer that was found? */
export function isNamed(name: string, found: IssuerName): boolean {
  if (isSameIdentifier(name, ownerOf(found))) return true;
  // Our own table says that both names are its.
  return (
    found.foundUnder === undefined &&
    URL.canParse(name) &&
    QUIRKS.some(
      ({ namesItself, matches }) => isSameIdentifier(namesItself, found.issuer) && matches(new URL(name)),
    )
  );
}

/** The issuer that the user named for the secret, or described by hand. */
function namedOwner(
  { staticClient, issuer, givenIssuer }: AuthSettings,
  secret: OwnedSecret,
): string | undefined {
  const clientIssuer = secret === "client" ? staticClient?.issuer : undefined;
  return clientIssuer ?? issuer ?? (givenIssuer && givenName(givenIssuer));
}

/** Is it the issuer that the user describes by hand now? */
function isGiven({ givenIssuer }: AuthSettings, found: IssuerName): boolean {
  return givenIssuer !== undefined && ownerOf(found) === givenName(givenIssuer);
}

/**
 * May the issuer that was found have the secret of this owner? Who described it by hand has said so, but for a client whose
 * own file names another issuer. What a document calls itself is nobody's word but its own.
 */
function isOwner(settings: AuthSettings, owner: string, found: IssuerName): boolean {
  if (!isGiven(settings, found)) return isNamed(owner, found);
  const { issuer, givenIssuer } = settings;
  const said = givenIssuer?.metadata?.kind === "url" ? undefined : found.issuer;
  return [ownerOf(found), issuer, said].some((name) => isSameIdentifier(name, owner));
}

/**
 * Every request that carries a secret of the user's passes here before it is made. A secret without an owner belongs to
 * the first issuer that gets it, for good; without a person, who sees where they sign in, nobody is the first.
 * @param byPerson a person has signed in at this issuer, or started the sign-in in a terminal
 * @throws Failure AUTH_CLIENT_ISSUER_MISMATCH, AUTH_ISSUER_NEEDED, LOCAL_VAULT_*
 */
export async function claimSecret(
  { settings, secretOwners, diagnostics }: AuthContext,
  secret: OwnedSecret,
  found: IssuerName,
  byPerson: boolean,
): Promise<void> {
  const owner = namedOwner(settings, secret) ?? (await secretOwners.of(secret));
  if (owner !== undefined && !isOwner(settings, owner, found))
    throw notTheOwner(settings, secret, owner, found);
  // Bound too: without the flags it is not free for whomever the remote names.
  const isNew = isGiven(settings, found) && (await secretOwners.of(secret)) !== ownerOf(found);
  if (owner !== undefined && !isNew) return;
  if (owner === undefined && !byPerson) throw issuerNeeded(secret, found);
  await secretOwners.bind(secret, ownerOf(found));
  diagnostics.event("secret.bound", { secret, issuer: ownerOf(found) });
}

/** `claimSecret` for a request that authenticates as `client`, where that is the one that the user gave. */
export async function claimClient(
  context: AuthContext,
  client: ClientRegistration,
  byPerson: boolean,
): Promise<void> {
  if (client.origin !== "pre-registered" || client.clientId !== context.settings.staticClient?.clientId)
    return;
  await claimSecret(context, "client", client, byPerson || client.clientSecret === undefined);
}

/** The record with the owner of the given client in it, so that another issuer is refused before anything is opened. */
export async function withClientOwner<R extends VaultRecord>(
  { settings, secretOwners }: AuthContext,
  record: R,
): Promise<R> {
  if (settings.staticClient === undefined || namedOwner(settings, "client") !== undefined) return record;
  // Earlier builds kept it in the record only.
  const { staticClientIssuer: earlier } = record.learned;
  const bound = await secretOwners.of("client");
  if (bound === undefined && earlier !== undefined) await secretOwners.bind("client", earlier);
  const staticClientIssuer = bound ?? earlier;
  return staticClientIssuer === undefined
    ? record
    : { ...record, learned: { ...record.learned, staticClientIssuer } };
}

function clientOwner(settings: AuthSettings, { learned }: VaultRecord): string | undefined {
  return namedOwner(settings, "client") ?? learned.staticClientIssuer;
}

/** Does the given client belong to the issuer that was found, as far as anybody knows? */
export function isClientOwner(settings: AuthSettings, record: VaultRecord, found: IssuerName): boolean {
  const owner = clientOwner(settings, record);
  return owner === undefined || isOwner(settings, owner, found);
}

/** @throws Failure AUTH_CLIENT_ISSUER_MISMATCH: the given client belongs to somebody else */
export function checkClientOwner(settings: AuthSettings, record: VaultRecord, found: IssuerName): void {
  const owner = clientOwner(settings, record);
  if (owner === undefined || isOwner(settings, owner, found)) return;
  throw notTheOwner(settings, "client", owner, found);
}

function notTheOwner(settings: AuthSettings, secret: OwnedSecret, owner: string, found: IssuerName): Failure {
  const now = quoted(ownerOf(found));
  const isClient = secret === "client";
  const what = isClient
    ? `client ${quoted(settings.staticClient?.clientId ?? "", 100)}`
    : "registration token";
  const sayso = isClient
    ? `If you registered the client at ${now}, say so: "issuer" beside "client_id" in --static-oauth-client-info.`
    : `If you got the token from ${now}, say so with --issuer.`;
  return new Failure(
    "AUTH_CLIENT_ISSUER_MISMATCH",
    `The ${what} belongs to the issuer ${quoted(owner)}, and ${isGiven(settings, found) ? "you describe" : "the server now names"} ${now}.`,
    { hint: `${sayso} Else ask whoever runs the server.` },
  );
}

function issuerNeeded(secret: OwnedSecret, found: IssuerName): Failure {
  const isClient = secret === "client";
  const what = isClient ? "The client's secret, key or assertion" : "The registration token";
  const flag = isClient
    ? 'with --issuer, or as "issuer" beside "client_id" in --static-oauth-client-info'
    : "with --issuer";
  return new Failure(
    "AUTH_ISSUER_NEEDED",
    `${what} was not sent: the server names the issuer ${quoted(ownerOf(found))}, and you named none.`,
    { hint: `Ask whoever gave it to you which issuer it is for, and name that one ${flag}.` },
  );
}
