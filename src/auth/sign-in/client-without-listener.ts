// The client of a sign-in that no redirect ends: by device code, or of a machine (REG-1).
import { Failure } from "../../core/failure/failure.ts";
import type { ClientRegistration } from "../../core/oauth/oauth-types.ts";
import type { HeldVault } from "../../core/ports/vault.ts";
import type { AuthContext } from "../auth-context.ts";
import { documentClient } from "../client/client-id-document.ts";
import { registerClient } from "../client/register-client.ts";
import { selectClient, withClient } from "../client/select-client.ts";
import { registrationScope } from "../protocol/scopes.ts";
import type { DiscoveredRecord } from "./request-parameters.ts";

/**
 * The client of a device code: registered without a redirect where it has to be.
 * @throws Failure AUTH_*, NETWORK_*
 */
export async function clientWithoutListener(
  context: AuthContext,
  held: HeldVault,
  record: DiscoveredRecord,
  { scope, byPerson }: { readonly scope: string | undefined; readonly byPerson: boolean },
  signal: AbortSignal,
): Promise<{ readonly record: DiscoveredRecord; readonly client: ClientRegistration }> {
  const { settings, clock } = context;
  const metadata = record.discovery.issuer;
  const plan = selectClient(settings, record, record.discovery, scope, clock.nowMs());
  if (plan.kind !== "register") {
    const client = plan.kind === "use" ? plan.client : documentClient(plan.url, metadata, []);
    return { record: withClient(record, client), client };
  }
  const all = registrationScope(scope, record.discovery.resourceMetadata);
  const client = await registerClient(context, { metadata, redirectUris: [], scope: all, byPerson }, signal);
  if ("failure" in client) throw client.failure;
  const next = withClient(record, client);
  await held.write(next);
  await context.checkpoint("register.saved");
  return { record: next, client };
}

/**
 * The client of a machine: the given one, or its metadata document. None is registered: a machine that anybody may
 * register is nobody.
 * @throws Failure AUTH_CLIENT_NEEDED, AUTH_CLIENT_ISSUER_MISMATCH
 */
export function machineClient(
  { settings, clock }: AuthContext,
  record: DiscoveredRecord,
): ClientRegistration {
  const { registration_endpoint: _, ...issuer } = record.discovery.issuer;
  const discovery = { ...record.discovery, issuer };
  const given = record.clients.filter(
    ({ origin, authLearned }) => origin === "pre-registered" && authLearned,
  );
  const plan = selectClient(settings, { ...record, clients: given }, discovery, undefined, clock.nowMs());
  if (plan.kind === "use") return plan.client;
  if (plan.kind === "document") return documentClient(plan.url, issuer, []);
  throw new Failure("LOCAL_BUG", "A machine's client was to be registered.");
}
