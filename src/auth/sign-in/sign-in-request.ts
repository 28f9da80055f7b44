import { isDeliberate } from "../../core/mcp/methods.ts";
import { isSameIssuer, isUsable } from "../../core/oauth/oauth-types.ts";
import type { VaultRecord } from "../../core/oauth/vault-record.ts";
import type { RequestCause } from "../../core/ports/authorizer.ts";
import type { Secret } from "../../core/text/secret.ts";
import { coversScope, scopeUnion } from "../protocol/scopes.ts";
import type { ChallengeHints } from "../protocol/www-authenticate.ts";

/** What a sign-in has to bring, and who wants it. */
export interface SignInRequest {
  readonly hints: ChallengeHints;
  readonly cause: RequestCause;
  /** As in `Challenged`. */
  readonly operation: string;
  /** An access token that will not do any more. */
  readonly badToken?: Secret | undefined;
  /** Scope to ask for; undefined: what discovery says. */
  readonly scope?: string | undefined;
  /** A step-up: `scope` is wanted beside what the record grants by the time that the vault is held. */
  readonly widens?: boolean;
  /** Remembered metadata may be what is wrong. */
  readonly lookAgain: boolean;
  /** Why a sign-in is needed although there was one; for the notice on stderr. */
  readonly reason?: string | undefined;
  /** `login`: told the address as soon as it is known. */
  readonly onUrl?: ((url: string) => void) | undefined;
  /** `login`: lines that a person pastes, each perhaps the redirect's address. */
  readonly pasted?: AsyncIterable<string> | undefined;
}

/** Returns when there is a grant that the request is fine with. */
export type Acquire = (signInRequest: SignInRequest) => Promise<void>;

/** After a tab was opened, what hosts do by themselves opens no other for so long (AUTH-11). */
export const QUIET_MS = 60_000;

/** After two sign-ins within this that brought no grant, a third opens no tab by itself. */
const TAB_WINDOW_MS = 600_000;
export const MOST_TABS = 2;

/** When the sign-ins of the last ten minutes began that brought no grant: a grant takes `pending` out of the record. */
export function earlierSignIns(record: VaultRecord | undefined, nowMs: number): readonly number[] {
  const { pending } = record ?? {};
  if (pending === undefined) return [];
  const all = [...(pending.earlierMs ?? []), pending.startedAtMs];
  return all.filter((atMs) => atMs <= nowMs && nowMs - atMs < TAB_WINDOW_MS).slice(-MOST_TABS);
}

/** Scope to ask for in all; another process may have widened it since the request was made. Undefined: as `scope`. */
export function neededScope(
  { grant, discovery }: VaultRecord,
  { scope, widens }: SignInRequest,
): string | undefined {
  const isOfIssuer = grant && (discovery === undefined || isSameIssuer(grant, discovery.issuer));
  return widens && isOfIssuer ? scopeUnion(grant.scope, scope) : scope;
}

/** Is there a grant already that the wish is fine with? */
export function isGranted(
  record: VaultRecord | undefined,
  signInRequest: SignInRequest,
  nowMs: number,
): boolean {
  const grant = record?.grant;
  if (grant === undefined || grant.accessToken.equals(signInRequest.badToken)) return false;
  if (!coversScope(grant.scope, signInRequest.scope)) return false;
  return isUsable(grant, nowMs) || grant.refreshToken !== undefined;
}

/** `login`: somebody sits at a terminal. An agent may call a tool. */
export function isByPerson({ operation }: SignInRequest): boolean {
  return operation === "login";
}

/** Did nobody ask for it by hand? */
export function isAutomatic({ cause, operation }: SignInRequest): boolean {
  return cause === "background" || !(operation === "login" || isDeliberate(operation));
}
