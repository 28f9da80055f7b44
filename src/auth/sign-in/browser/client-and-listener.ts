// The client of a sign-in, and the listener that its redirect URI names: one decides the other (REG-1, AUTH-9).
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import type { ClientRegistration } from "../../../core/oauth/oauth-types.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import { quoted } from "../../../core/text/printable.ts";
import type { AuthContext } from "../../auth-context.ts";
import { documentClient, documentRedirects } from "../../client/client-id-document.ts";
import { registerClient } from "../../client/register-client.ts";
import { selectClient, withClient } from "../../client/select-client.ts";
import { hasQuirk, quirksOf } from "../../protocol/issuer-quirks.ts";
import { defined, textsOf } from "../../protocol/json-members.ts";
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

interface Given {
  readonly scope: string | undefined;
  /** As for `claimSecret`. */
  readonly byPerson: boolean;
  /** Of an earlier try of the same sign-in. */
  readonly session: CallbackListener | undefined;
}

/** @throws Failure AUTH_*, NETWORK_*, LOCAL_PORT_TAKEN */
export async function clientAndListener(
  context: AuthContext,
  held: HeldVault,
  record: DiscoveredRecord,
  given: Given,
  signal: AbortSignal,
): Promise<ClientAndListener> {
  const { settings, clock } = context;
  const plan = selectClient(settings, record, record.discovery, given.scope, clock.nowMs());
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
      const session = await listenerFor(context, client.redirectUris, given);
      return { record: withClient(record, client), client, session, isNewClient: false };
    } catch (error) {
      // A port that a registered client is bound to is taken: a new registration gets another.
      const isReplaceable = client.origin === "dynamic" && settings.redirect.port === undefined;
      const { registration_endpoint: endpoint } = record.discovery.issuer;
      if (!isReplaceable || !isFailure(error, "LOCAL_PORT_TAKEN") || endpoint === undefined) throw error;
    }
  }
  if (plan.kind === "document") {
    const redirectUris = await documentRedirects(context, plan.url, signal);
    const client = documentClient(plan.url, record.discovery.issuer, redirectUris);
    const session = await listenerFor(context, redirectUris, given);
    return { record: withClient(record, client), client, session, isNewClient: false };
  }
  return registered(context, held, record, given, signal);
}

async function listenerFor(
  context: AuthContext,
  redirectUris: readonly string[],
  { session }: Given,
): Promise<CallbackListener> {
  const { settings, remote } = context;
  const candidates = redirectCandidates(settings.redirect, redirectUris, remote.canonical);
  return session ?? openCallbackListener(context, candidates);
}

function needsExactRedirect(context: AuthContext, client: ClientRegistration): boolean {
  if (client.origin !== "pre-registered" || client.redirectUris.length > 0) return false;
  return (
    context.settings.redirect.port === undefined &&
    hasQuirk(quirksOf(context), client.issuer, "exactRedirect")
  );
}

/** Registers, with the other loopback name where the issuer does not like the first, and moves where it says. */
async function registered(
  context: AuthContext,
  held: HeldVault,
  record: DiscoveredRecord,
  given: Given,
  signal: AbortSignal,
): Promise<ClientAndListener> {
  const { issuer: metadata, resourceMetadata } = record.discovery;
  const wanted = textsOf(context.settings.clientMetadata, "redirect_uris") ?? [];
  let session = await listenerFor(context, wanted, given);
  try {
    const scope = registrationScope(given.scope, resourceMetadata);
    const asked = { metadata, scope, byPerson: given.byPerson };
    let answer = await registerClient(context, { ...asked, redirectUris: [session.uri] }, signal);
    const { hostname, port, pathname } = new URL(session.uri);
    const other = otherLoopbackHost(hostname);
    if ("failure" in answer && answer.aboutRedirect && other !== undefined && wanted.length === 0) {
      await session.close();
      session = await openCallbackListener(context, [{ host: other, port: Number(port), path: pathname }]);
      answer = await registerClient(context, { ...asked, redirectUris: [session.uri] }, signal);
    }
    if ("failure" in answer)
      throw record.discovery.issuerMetadataUrl === null && record.discovery.given === undefined
        ? undiscovered(answer.failure, record.discovery.tried)
        : answer.failure;
    const ignore = hasQuirk(quirksOf(context), metadata.issuer, "ignoreRegisteredRedirects");
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
function undiscovered({ message, status }: Failure, tried: string | undefined): Failure {
  return new Failure(
    "AUTH_DISCOVERY_FAILED",
    `The server publishes no sign-in metadata, and its default endpoint does not work: ${message}${tried === undefined ? "" : ` Before that: ${tried}.`}`,
    defined({ status }),
  );
}
