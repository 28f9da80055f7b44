// The last way to a client: a person registers one at the issuer, and tells its id in the terminal (REG-1).
import { type ClientRegistration, nameOf, ownerOf } from "../../core/oauth/oauth-types.ts";
import type { SignInOptions } from "../../core/ports/sign-in-control.ts";
import type { AuthContext } from "../auth-context.ts";
import { withClient } from "../client/select-client.ts";
import { redirectCandidates, redirectUri } from "./browser/redirect-uri.ts";

/**
 * Asks for a public client of the issuer that was found last, and saves it. Not while the vault is held: a person thinks.
 * @returns false when nobody was asked, or nobody answered
 */
export async function savePromptedClient(
  { vault, settings, remote }: AuthContext,
  ask: NonNullable<SignInOptions["askClient"]>,
  signal: AbortSignal,
): Promise<boolean> {
  const issuer = (await vault.read(signal))?.discovery?.issuer;
  const first = redirectCandidates(settings.redirect, [], remote.canonical)[0];
  if (issuer === undefined || first === undefined) return false;
  const redirect = redirectUri(first, first.port);
  const clientId = (await ask({ issuer: ownerOf(issuer), redirectUri: redirect }, signal))?.trim();
  if (!clientId) return false;
  const client: ClientRegistration = {
    origin: "pre-registered",
    ...nameOf(issuer),
    clientId,
    tokenEndpointAuth: "none",
    redirectUris: [redirect],
  };
  await vault.exclusive("register", signal, async (held) => {
    const record = await held.read();
    if (record) await held.write(withClient(record, client));
  });
  return true;
}
