// Everything up to the authorization URL, while the vault is held: metadata, client, listener, the saved request.
import { Failure } from "../../../core/failure/failure.ts";
import { type ClientRegistration, type IssuerMetadata, nameOf } from "../../../core/oauth/oauth-types.ts";
import type { PendingAuthorization, VaultRecord } from "../../../core/oauth/vault-record.ts";
import type { HeldVault } from "../../../core/ports/vault.ts";
import { encodedAddress } from "../../../core/text/encoded-address.ts";
import { quoted, urlForPeople } from "../../../core/text/printable.ts";
import { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { claimClient } from "../../client/secret-owner.ts";
import { withClient } from "../../client/select-client.ts";
import { checkPkce } from "../../discovery/issuer-metadata.ts";
import { checkBrowserAddress } from "../../protocol/browser-address.ts";
import { quirksOf } from "../../protocol/issuer-quirks.ts";
import { defined } from "../../protocol/json-members.ts";
import { newDpopKey } from "../../token/dpop.ts";
import { discovered, requestedScope, resourceIndicator } from "../request-parameters.ts";
import { earlierSignIns, isByPerson, type SignInRequest } from "../sign-in-request.ts";
import type { CallbackListener } from "./callback-listener.ts";
import { type ClientAndListener, clientAndListener } from "./client-and-listener.ts";
import { mustPush, pushRequest, type RefusedRequest } from "./pushed-request.ts";
import { remedy } from "./remedy.ts";

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
  /** Of a pushed request. */
  readonly addressLifeMs?: number;
  /** The tab is open already. */
  readonly keepTab: boolean;
}

/** A request that the issuer did not take when it was pushed; its listener is open still. */
interface RefusedAttempt {
  readonly refused: Parameters<typeof remedy>[3];
  readonly refusal: RefusedRequest;
  readonly record: VaultRecord;
  readonly session: CallbackListener;
}

/** How often a pushed request that was refused is changed. */
const MAX_CHANGES = 3;

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
  // Another try of the same sign-in is not one more.
  const earlierMs = session
    ? (saved?.pending?.earlierMs ?? [])
    : earlierSignIns(saved, context.clock.nowMs());
  let given = { record: saved, signInRequest, session };
  for (let changes = 0; ; changes++) {
    const made = await attempted(context, held, { ...given, earlierMs }, signal);
    if (!("refusal" in made)) return made;
    const better =
      changes < MAX_CHANGES
        ? remedy(context, made.record, given.signInRequest, made.refused, made.refusal)
        : undefined;
    if (better === undefined) {
      await made.session.close();
      throw made.refusal.failure;
    }
    given = { ...better, session: made.session };
  }
}

interface Given {
  readonly earlierMs: readonly number[];
  readonly record: VaultRecord | undefined;
  readonly signInRequest: SignInRequest;
  readonly session: CallbackListener | undefined;
}

async function attempted(
  context: AuthContext,
  held: HeldVault,
  { record, signInRequest, session, earlierMs }: Given,
  signal: AbortSignal,
): Promise<AuthorizationAttempt | RefusedAttempt> {
  const found = await discovered(context, held, record, signInRequest, signal);
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
  if (isPublished && !settings.allowMissingPkceMetadata) checkPkce(metadata, quirksOf(context));

  const scope = requestedScope(context, found, signInRequest);
  const byPerson = isByPerson(signInRequest);
  const ready = await clientAndListener(context, held, found, { scope, session, byPerson }, signal);
  try {
    return await savePending(context, held, { ...ready, signInRequest, scope, earlierMs }, signal);
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
    Pick<Given, "earlierMs" | "signInRequest"> & { readonly scope: string | undefined },
  signal: AbortSignal,
): Promise<AuthorizationAttempt | RefusedAttempt> {
  const { settings, clock, random } = context;
  const { session, isNewClient, scope, earlierMs, signInRequest } = ready;
  let { record, client } = ready;
  const metadata = record.discovery.issuer;
  const asked = {
    clientId: client.clientId,
    redirectUri: session.uri,
    state: new Secret(random.token(32), "shown"),
    ...defined({ scope, resource: resourceIndicator(context, record) }),
  };
  const { startRequest } = await import("../../protocol/oauth-sdk.ts");
  const { url, codeVerifier } = await startRequest(metadata, asked);
  addParameters(context, metadata, url);

  let page = url;
  let dpopKey: Secret | undefined;
  let addressLifeMs: number | undefined;
  if (mustPush(metadata, client)) {
    const key = await newDpopKey(record.discovery, signInRequest.hints.dpop);
    if (key) url.searchParams.set("dpop_jkt", key.session.thumbprint);
    dpopKey = key?.serialized;
    // Its secret goes out before anybody has seen a page of the issuer.
    await claimClient(context, client, isByPerson(signInRequest));
    const outcome = await pushRequest(context, { metadata, client, request: url, scope }, signal);
    if (outcome.kind === "refused")
      return { refused: { pending: asked, client, isNewClient }, refusal: outcome, record, session };
    page = outcome.address;
    addressLifeMs = outcome.lifeMs;
    client = outcome.client;
    if (client.authLearned) record = withClient(record, client);
  }
  const address = encodedAddress(page);
  if (address.length > LONGEST_ADDRESS) throw addressTooLong(page, address);

  const startedAtMs = clock.nowMs();
  const pending: PendingAuthorization = {
    ...asked,
    codeVerifier,
    ...nameOf(metadata),
    authorizationUrl: new Secret(address, "shown"),
    ...(page === url ? {} : { pushed: new Secret(url.href, "shown") }),
    startedAtMs,
    deadlineMs: startedAtMs + settings.signInTimeoutMs,
    ...defined({ earlierMs, dpopKey }),
  };
  await claim(context, held, record, pending);
  context.diagnostics.event("signin.pending", { issuer: metadata.issuer, url: urlForPeople(page) });
  const made = { session, pending, metadata, client, isNewClient, keepTab: false };
  return { ...made, ...defined({ addressLifeMs }) };
}

/** What the issuer is known to need, and what the user adds. */
function addParameters(context: AuthContext, metadata: IssuerMetadata, url: URL): void {
  const issuer = new URL(metadata.issuer);
  for (const { authorizeParams = [], matches } of quirksOf(context))
    if (matches(issuer)) for (const [name, value] of authorizeParams) url.searchParams.set(name, value);
  for (const [name, value] of context.settings.authorizeParams)
    if (!OURS.has(name)) url.searchParams.set(name, value);
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
