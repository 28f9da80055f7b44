import type { PendingAuthorization, VaultRecord } from "../oauth/vault-record.ts";

/** Names a record (VAULT-3). No header values, no versions: neither a rotated header nor an upgrade signs anybody out. */
export interface VaultKey {
  /** `RemoteUrl.canonical`. */
  readonly remote: string;
  readonly profile: string;
  /** `--resource`, when given. */
  readonly resource?: string;
  /** Id or metadata URL of the client the user chose, when one was chosen. */
  readonly clientChoice?: string;
}

/** Why the record is held; shown to whoever waits too long, and in diagnostics. */
type VaultPurpose = "register" | "sign-in" | "exchange" | "refresh" | "forget";

/** The record while this process alone may change it. Dead after the `exclusive` call that gave it. */
export interface HeldVault {
  read(): Promise<VaultRecord | undefined>;
  /** Durable when it resolves (temporary file, fsync, rename). */
  write(record: VaultRecord): Promise<void>;
  remove(): Promise<void>;
  /**
   * Makes this process the owner of the sign-in that `record.pending` describes (already written).
   * Others see it through `signIn()` until `endSignIn`, the deadline, or this process's death.
   */
  beginSignIn(pending: PendingAuthorization): Promise<void>;
  /** Ends this process's ownership; nothing happens when another process owns it. */
  endSignIn(): Promise<void>;
  /** The live sign-in of any process, as `Vault.signIn`. */
  signIn(): Promise<SignInNotice | undefined>;
}

/** A sign-in that a person may be busy with right now. */
export interface SignInNotice {
  /** True: this very process owns it. */
  readonly ours: boolean;
  readonly pid: number;
  readonly authorizationUrl: string;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
}

/** Where grants, clients and metadata of one record are kept between runs (VAULT-*, PROC-*). */
export interface Vault {
  /**
   * `undefined`: nothing is saved. Reads without the lock; a write in another process is seen whole or not at all. A
   * broken record is set aside, the person is told, and from then on nothing is saved.
   * @param signal ends the wait for the lock that setting aside needs
   * @throws Failure LOCAL_VAULT_*, LOCAL_KEYCHAIN_UNAVAILABLE: it is there but cannot be used, which is not "nothing"
   */
  read(signal: AbortSignal): Promise<VaultRecord | undefined>;
  /**
   * Changes when the saved record may have changed; undefined when nothing is saved. One `stat`, so cheap enough
   * for every request. Equal stamps mean that `read` would give the same again.
   */
  stamp(): string | undefined;
  /**
   * Runs `act` while no other process can hold the record. Never while a person thinks.
   * @throws Failure LOCAL_BUSY naming the owner when it was not free in time; what `act` throws
   */
  exclusive<T>(purpose: VaultPurpose, signal: AbortSignal, act: (held: HeldVault) => Promise<T>): Promise<T>;
  /** The live sign-in of any process; undefined when there is none, its owner died or its deadline passed. `signal` as in `read`. */
  signIn(signal: AbortSignal): Promise<SignInNotice | undefined>;
  /**
   * Resolves when record or sign-in may have changed since the call, when the owner of the sign-in died, or
   * after at most a second or so. For waiters: look again each time.
   */
  changed(signal: AbortSignal): Promise<void>;
  /** For `status` and `doctor`. */
  describe(): Promise<VaultDescription>;
}

interface VaultDescription {
  readonly keySource: "keychain" | "file" | "environment" | "memory" | "none yet";
  /** Absent for `memory`. */
  readonly path?: string;
}
