// Everything up to the authorization URL, while the vault is held: metadata, client, listener, the saved request.
import { Failure } from "../../../core/failure/failure.ts";
import { type ClientRegistration, type IssuerMetadata, nameOf } from "../../../core/oauth/oauth-types.ts";
import type { PendingAuthorization, VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import { encodedAddress } from "../../../core/text/encoded-address.ts";
import { quoted, urlForPeople } from "../../../core/text/printable.ts";
import { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { checkPkce } from "../../discovery/issuer-metadata.ts";
import { checkBrowserAddress } from "../../protocol/browser-address.ts";
import { defined } from "../../protocol/json-members.ts";
import { discovered, requestedScope, resourceIndicator } from "../request-parameters.ts";
import { earlierSignIns, isByPerson, type SignInRequest } from "../sign-in-request.ts";
import type { CallbackListener } from "./callback-listener.ts";
import { type ClientAndListener, clientAndListener } from "./client-and-listener.ts";

/** What binds the answer to the request is nobody's to change (`--authorize-param`, quirks). */
const OURS: ReadonlySet<string> = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "code_challenge",
  "code_challenge_method",
]);

/** A sign-in that this process owns and whose answer can come. */
export interface AuthorizationAttempt {
  readonly session: CallbackListener;
  readonly pending: PendingAuthorization;
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
  /** Registered for this sign-in: a refusal of it is not about age. */
  readonly isNewClient: boolean;
  /** The tab is open already. */
  readonly keepTab: boolean;
}

/**
 * @param session of an earlier try of the same sign-in, to be used again
 * @throws Failure AUTH_*, NETWORK_*, LOCAL_PORT_TAKEN
 */
export async function prepareAuthorization(
  context: AuthContext,
  held: HeldVault,
  saved: VaultRecord | undefined,
  signInRequest: SignInRequest,
  signal: AbortSignal,
  session?: CallbackListener,
): Promise<AuthorizationAttempt> {
  const found = await discovered(context, held, saved, signInRequest, signal);
  const { discovery } = found;
  const metadata = discovery.issuer;
  if (metadata.authorization_endpoint === undefined) {
    throw new Failure(
      "AUTH_METADATA_INVALID",
      `The issuer ${quoted(metadata.issuer)} names no authorization endpoint.`,
    );
  }
  const page = context.policy.endpoint(metadata.authorization_endpoint, "authorization endpoint");
  await checkBrowserAddress(context, page);
  // Where nothing was published, revision 2025-03-26 itself demands PKCE of the issuer, or the user vouches for it.
  const { settings } = context;
  const isPublished = discovery.issuerMetadataUrl !== null || settings.givenIssuer?.metadata !== undefined;
  if (isPublished && !settings.allowMissingPkceMetadata) checkPkce(metadata, context.quirks);

  const scope = requestedScope(context, found, signInRequest);
  const ready = await clientAndListener(
    context,
    held,
    found,
    { scope, session, byPerson: isByPerson(signInRequest) },
    signal,
  );
  try {
    // Another try of the same sign-in is not one more.
    const earlierMs = session
      ? (saved?.pending?.earlierMs ?? [])
      : earlierSignIns(saved, context.clock.nowMs());
    return await savePending(context, held, { ...ready, metadata, scope, earlierMs });
  } catch (error) {
    await ready.session.close();
    throw error;
  }
}

/** In characters. What openers, terminals and issuers take, and what fits into an error for each call that waits. */
const LONGEST_ADDRESS = 8_192;

function addressTooLong({ origin }: URL, address: string): Failure {
  return new Failure(
    "AUTH_METADATA_INVALID",
    `The sign-in's address at ${origin} would have ${address.length} characters, more than the ${LONGEST_ADDRESS} that browsers take.`,
    {
      hint: "If the scopes make it so long, name those that you need with --scope. Else ask whoever runs the server.",
    },
  );
}

async function savePending(
  context: AuthContext,
  held: HeldVault,
  ready: ClientAndListener &
    Pick<PendingAuthorization, "earlierMs"> & {
      readonly metadata: IssuerMetadata;
      readonly scope: string | undefined;
    },
): Promise<AuthorizationAttempt> {
  const { settings, clock, random, quirks } = context;
  const { session, client, isNewClient, metadata, scope, earlierMs } = ready;
  const asked = {
    clientId: client.clientId,
    redirectUri: session.uri,
    state: new Secret(random.token(32), "shown"),
    ...defined({ scope, resource: resourceIndicator(context, ready.record) }),
  };
  const { startRequest } = await import("../../protocol/oauth-sdk.ts");
  const { url, codeVerifier } = await startRequest(metadata, asked);
  const issuer = new URL(metadata.issuer);
  for (const { authorizeParams = [], matches } of quirks)
    if (matches(issuer)) for (const [name, value] of authorizeParams) url.searchParams.set(name, value);
  for (const [name, value] of settings.authorizeParams)
    if (!OURS.has(name)) url.searchParams.set(name, value);

  const address = encodedAddress(url);
  if (address.length > LONGEST_ADDRESS) throw addressTooLong(url, address);

  const startedAtMs = clock.nowMs();
  const pending: PendingAuthorization = {
    ...asked,
    codeVerifier,
    ...nameOf(metadata),
    authorizationUrl: new Secret(address, "shown"),
    startedAtMs,
    deadlineMs: startedAtMs + settings.signInTimeoutMs,
    ...defined({ earlierMs }),
  };
  await claim(context, held, ready.record, pending);
  context.diagnostics.event("signin.pending", { issuer: metadata.issuer, url: urlForPeople(url) });
  return { session, pending, metadata, client, isNewClient, keepTab: false };
}

/** The request is saved before a browser can see it (AUTH-5), and this process becomes its owner. */
export async function claim(
  context: AuthContext,
  held: HeldVault,
  record: VaultRecord,
  pending: PendingAuthorization,
): Promise<void> {
  await held.write({ ...record, pending });
  await context.checkpoint("signin.pending-saved");
  await held.beginSignIn(pending);
  await context.checkpoint("signin.claimed");
}
