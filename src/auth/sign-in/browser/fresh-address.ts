// The address of a pushed request is good for a minute or so, and a person may be asked again later: it is pushed anew
// (RFC 9126 2.2). State and verifier stay, so that a page which is open already leads to the same end.
import { isFailure } from "../../../core/failure/failure.ts";
import type { ClientRegistration, IssuerMetadata } from "../../../core/oauth/oauth-types.ts";
import type { PendingAuthorization } from "../../../core/oauth/vault-record.ts";
import { encodedAddress } from "../../../core/text/encoded-address.ts";
import { Secret } from "../../../core/text/secret.ts";
import type { AuthContext } from "../../auth-context.ts";
import { claimClient } from "../../client/secret-owner.ts";
import { pushRequest } from "./pushed-request.ts";

interface Waiting {
  readonly pending: PendingAuthorization;
  readonly metadata: IssuerMetadata;
  readonly client: ClientRegistration;
}

export interface FreshAddress {
  readonly authorizationUrl: Secret;
  readonly lifeMs: number;
}

/** No issuer is asked more often, however short its addresses live. */
const LEAST_MS = 15_000;
/** Of an address's life, so that whoever is shown it has some time left. */
const USED = 0.8;

/**
 * Pushes the request once more; the vault need not be held, since whose the client is was settled the first time.
 * @returns undefined: the issuer does not take it, or cannot be reached
 */
export async function pushAgain(
  context: AuthContext,
  { pending, metadata, client }: Waiting,
  signal: AbortSignal,
): Promise<FreshAddress | undefined> {
  try {
    await claimClient(context, client, false);
    const request = new URL(pending.pushed?.reveal() ?? "");
    const outcome = await pushRequest(context, { metadata, client, request, scope: pending.scope }, signal);
    if (outcome.kind === "refused") return undefined;
    const authorizationUrl = new Secret(encodedAddress(outcome.address), "shown");
    return { authorizationUrl, lifeMs: outcome.lifeMs };
  } catch (error) {
    signal.throwIfAborted();
    if (!isFailure(error)) throw error;
    context.diagnostics.event("signin.not-pushed-again", { code: error.code });
    return undefined;
  }
}

/** Keeps the address good until `signal` ends it. @param onFresh called with each new one, as soon as it is saved */
export async function keepFresh(
  context: AuthContext,
  waiting: Waiting,
  firstLifeMs: number,
  onFresh: (url: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, vault } = context;
  for (let lifeMs = firstLifeMs; ; ) {
    await clock.sleep(Math.max(lifeMs * USED, LEAST_MS), signal);
    const fresh = await pushAgain(context, waiting, signal);
    if (fresh === undefined) continue;
    lifeMs = fresh.lifeMs;
    const { authorizationUrl } = fresh;
    await vault.exclusive("sign-in", signal, async (held) => {
      const record = await held.read();
      if (!record?.pending?.state.equals(waiting.pending.state)) return;
      await held.write({ ...record, pending: { ...record.pending, authorizationUrl } });
    });
    onFresh(authorizationUrl.reveal());
  }
}
