/** What is remembered of a remote whoever is signed in. No secrets, and nothing that the remote said. */
export interface RemoteHints {
  /** The transport that worked. */
  readonly transport?: "http" | "sse";
  /** The only era it speaks. Absent: both, or nobody has found out. */
  readonly era?: Era;
  /** Names of the hosts that were last given the sign-in tool in place of a list of tools. Default none. */
  readonly signInToolOfferedTo?: readonly string[];
}

/** Legacy revisions (up to 2025-11-25) have a handshake and sessions, modern ones (2026-07-28 on) have neither. */
export type Era = "legacy" | "modern";

/** What a remote said last time, so that its host can be answered while it cannot be reached. */
export interface CachedRemote extends RemoteHints {
  /** Names the account that the rest was said to. Absent: nobody had signed in. */
  readonly account?: string;
  /** `result` of the last `initialize`. */
  readonly initialize?: CachedResult;
  /** Results of the last lists, by method (`tools/list`); whole lists only, pages joined. */
  readonly lists: Readonly<Record<string, CachedResult>>;
}

/** A JSON object as it came, to be answered again. */
export type CachedResult = Readonly<Record<string, unknown>>;

/** What is remembered of one remote, kept between runs beside the vault. Never rejects: it is only a convenience. */
export interface RemoteCache {
  /** Needs no key, unlike `read`. */
  hints(): Promise<RemoteHints>;
  /** Of the account that is signed in now. Nothing remembered, of another account, or not readable: no lists. */
  read(): Promise<CachedRemote>;
  /**
   * Replaces what `read` would give by what `change` makes of it, for the account that is signed in now; undefined: it stays.
   * What cannot be written is forgotten.
   */
  update(change: (before: CachedRemote) => CachedRemote | undefined): Promise<void>;
}

export const EMPTY_REMOTE_CACHE: CachedRemote = { lists: {} };
