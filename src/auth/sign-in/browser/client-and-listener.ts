// The client of a sign-in, and the listener that its redirect URI names: one decides the other (REG-1, AUTH-9).
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import type { ClientRegistration } from "../../../core/oauth/oauth-types.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import { quoted } from "../../../core/text/printable.ts";
import type { AuthContext } from "../../auth-context.ts";
import { documentClient, documentRedirects } from "../../client/client-id-document.ts";
import { registerClient } from "../../client/register-client.ts";
import { selectClient, withClient } from "../../client/select-client.ts";
import { registrationScope } from "../../protocol/scopes.ts";
import type { DiscoveredRecord } from "../request-parameters.ts";
import { type CallbackListener, openCallbackListener } from "./callback-listener.ts";
import { otherLoopbackHost, redirectCandidates } from "./redirect-uri.ts";

export interface ClientAndListener {
  readonly record: DiscoveredRecord;
  readonly client: ClientRegistration;
  readonly isNewClient: boolean;
  readonly session: CallbackListener;
}

/**
 * @param given.session of an earlier try of the same sign-in
 * @throws Failure AUTH_*, NETWORK_*, LOCAL_PORT_TAKEN
 */
export async function clientAndListener(
  context: AuthContext,
  held: HeldVault,
  record: DiscoveredRecord,
  given: { readonly scope: string | undefined; readonly session: CallbackListener | undefined },
  signal: AbortSignal,
): Promise<ClientAndListener> {
  const { settings, remote, clock } = context;
  const plan = selectClient(settings, record, record.discovery, given.scope, clock.nowMs());
  const candidates = (uris: readonly string[]) =>
    redirectCandidates(settings.redirect, uris, remote.canonical);
  if (plan.kind === "use") {
    const { client } = plan;
    if (needsExactRedirect(context, client)) {
      throw new Failure(
        "AUTH_CLIENT_NEEDED",
        `The issuer ${quoted(client.issuer)} requires an exact redirect URI, and none is known for ${quoted(client.clientId, 100)}.`,
        { hint: "Give the registered port behind the address, or redirect_uris in the file of the client." },
      );
    }
    try {
      const session = given.session ?? (await openCallbackListener(context, candidates(client.redirectUris)));
      return { record: withClient(record, client), client, session, isNewClient: false };
    } catch (error) {
      // A port that a registered client is bound to is taken: a new registration gets another.
      if (client.origin !== "dynamic" || settings.redirect.port !== undefined) throw error;
      if (
        !isFailure(error, "LOCAL_PORT_TAKEN") ||
        record.discovery.issuer.registration_endpoint === undefined
      )
        throw error;
    }
  }
  if (plan.kind === "document") {
    const redirectUris = await documentRedirects(context, plan.url, signal);
    const client = documentClient(plan.url, record.discovery.issuer, redirectUris);
    const session = given.session ?? (await openCallbackListener(context, candidates(redirectUris)));
    return { record: withClient(record, client), client, session, isNewClient: false };
  }
  return registered(context, held, record, given, signal);
}

function needsExactRedirect({ settings, quirks }: AuthContext, client: ClientRegistration): boolean {
  if (client.origin !== "pre-registered" || client.redirectUris.length > 0) return false;
  const issuer = new URL(client.issuer);
  return (
    settings.redirect.port === undefined &&
    quirks.some((quirk) => quirk.exactRedirect && quirk.matches(issuer))
  );
}

/** Registers, with the other loopback name where the issuer does not like the first, and moves where it says. */
async function registered(
  context: AuthContext,
  held: HeldVault,
  record: DiscoveredRecord,
  given: { readonly scope: string | undefined; readonly session: CallbackListener | undefined },
  signal: AbortSignal,
): Promise<ClientAndListener> {
  const { settings, remote, quirks } = context;
  const { issuer: metadata, resourceMetadata } = record.discovery;
  const fixed = settings.clientMetadata.redirect_uris;
  const wanted = Array.isArray(fixed) ? fixed.filter((uri): uri is string => typeof uri === "string") : [];
  let session =
    given.session ??
    (await openCallbackListener(context, redirectCandidates(settings.redirect, wanted, remote.canonical)));
  try {
    const scope = registrationScope(given.scope, resourceMetadata);
    let answer = await registerClient(context, { metadata, redirectUris: [session.uri], scope }, signal);
    const { hostname, port, pathname } = new URL(session.uri);
    const other = otherLoopbackHost(hostname);
    if ("failure" in answer && answer.aboutRedirect && other !== undefined && wanted.length === 0) {
      await session.close();
      session = await openCallbackListener(context, [{ host: other, port: Number(port), path: pathname }]);
      answer = await registerClient(context, { metadata, redirectUris: [session.uri], scope }, signal);
    }
    if ("failure" in answer)
      throw record.discovery.issuerMetadataUrl === null ? undiscovered(answer.failure) : answer.failure;
    const issuer = new URL(metadata.issuer);
    const ignore = quirks.some((quirk) => quirk.ignoreRegisteredRedirects && quirk.matches(issuer));
    const client = ignore ? { ...answer, redirectUris: [session.uri] } : answer;
    session = await movedAsStated(context, session, client);
    const next = withClient(record, { ...client, redirectUris: [session.uri] });
    await held.write(next);
    await context.checkpoint("register.saved");
    return { record: next, client, session, isNewClient: true };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Where the issuer registered other redirects than it was asked to, one of those is used, if we can serve it (REG-8). */
async function movedAsStated(
  context: AuthContext,
  session: CallbackListener,
  { redirectUris }: ClientRegistration,
): Promise<CallbackListener> {
  if (redirectUris.includes(session.uri)) return session;
  const { port: _, ...anyPort } = context.settings.redirect;
  const stated = redirectCandidates(anyPort, redirectUris, context.remote.canonical);
  if (!stated.some(({ registered }) => registered !== undefined)) return session;
  await session.close();
  return openCallbackListener(context, stated);
}

/** The default endpoints of 2025-03-26 were the last thing to try; most likely nothing speaks OAuth there. */
function undiscovered({ message, status }: Failure): Failure {
  return new Failure(
    "AUTH_DISCOVERY_FAILED",
    `The remote publishes no sign-in metadata, and its default endpoint does not work: ${message}`,
    status === undefined ? {} : { status },
  );
}
