import type { Secret } from "../text/secret.ts";
import type { ClientRegistration, Discovery, Grant, IssuerName } from "./oauth-types.ts";

/**
 * Everything kept between runs for one remote, profile, resource and client choice. Immutable: a change
 * is a new value, written as a whole under the lock.
 */
export interface VaultRecord {
  /** Canonical URL of the remote; checked on read, so that a copied file cannot sign another remote in. */
  readonly remote: string;
  readonly discovery?: Discovery;
  /** At most one client an issuer. */
  readonly clients: readonly ClientRegistration[];
  readonly grant?: Grant;
  /**
   * Names the account that signed in last, for what is remembered of it. Tells nobody who that is. Stays when the grant
   * ends, not when somebody signs out. Absent in records of earlier builds.
   */
  readonly account?: string;
  /** Written before a refresh token is spent; gone with the issuer's tokens or its refusal. */
  readonly refreshIntent?: RefreshIntent;
  /** The authorization request that is waiting for its redirect, in whatever process. */
  readonly pending?: PendingAuthorization;
  readonly learned: Learned;
}

/** The refresh token named here was sent, and neither tokens nor a refusal came back so far (PROC-3, TOK-5). */
export interface RefreshIntent {
  /** SHA-256 of the refresh token, base64url. */
  readonly refreshTokenHash: string;
  /** When it was sent last. */
  readonly startedAtMs: number;
  /** How often it was sent. */
  readonly attempts: number;
  /** The issuer answered each time, with trouble of its own. Absent: the token may be spent without us seeing the answer. */
  readonly unspent?: true;
  /** No process sends it again before. */
  readonly retryAtMs?: number;
}

/** Saved before the browser opens: what the answer is checked against (RFC 9207, RFC 7636). */
export interface PendingAuthorization extends IssuerName {
  readonly state: Secret;
  readonly codeVerifier: Secret;
  readonly clientId: string;
  /** Empty with a device code. */
  readonly redirectUri: string;
  /** By device code (RFC 8628): there is no redirect, and its owner alone can go on with it. */
  readonly deviceCode?: true;
  readonly scope?: string;
  readonly resource?: string;
  readonly authorizationUrl: Secret;
  /** The address with all parameters, where that was pushed and `authorizationUrl` only names it (RFC 9126). */
  readonly pushed?: Secret;
  /** Key that the pushed request bound the code to (RFC 9449 10.1). */
  readonly dpopKey?: Secret;
  readonly startedAtMs: number;
  /** Nobody waits after it. */
  readonly deadlineMs: number;
  /** Known only where the owner said so before it left. */
  readonly browserOpenedAtMs?: number;
  /** When the sign-ins before it began that came to nothing; the last ones only. */
  readonly earlierMs?: readonly number[];
  /** The person, or the redirect, came to an end of it. */
  readonly endedWithoutGrant?: true;
}

/** What this remote's issuer taught us, so that the same refusal is met once only. */
export interface Learned {
  /** It refuses the `resource` parameter (AUTH-2). */
  readonly omitResource?: true;
  /** It refuses the `offline_access` scope (AUTH-3). */
  readonly omitOfflineAccess?: true;
  /** Pre-registered client without `issuer`: the first issuer it was used at, as `SecretOwners` has it (REG-2). */
  readonly staticClientIssuer?: string;
}

export function emptyRecord(remote: string): VaultRecord {
  return { remote, clients: [], learned: {} };
}
