/** What a remote said last time, so that its host can be answered while it cannot be reached. No secrets. */
export interface CachedRemote {
  /** `result` of the last `initialize`. */
  readonly initialize?: CachedResult;
  /** Results of the last lists, by method (`tools/list`); whole lists only, pages joined. */
  readonly lists: Readonly<Record<string, CachedResult>>;
  /** The transport that worked. */
  readonly transport?: "http" | "sse";
  /** Names of the hosts that were last given the sign-in tool in place of a list of tools. Default none. */
  readonly signInToolOfferedTo?: readonly string[];
}

/** A JSON object as it came, to be answered again. */
export type CachedResult = Readonly<Record<string, unknown>>;

/** What is remembered of one remote, kept between runs beside the vault. */
export interface RemoteCache {
  /** Nothing remembered, or nothing readable: empty. Never rejects: it is only a convenience. */
  read(): Promise<CachedRemote>;
  /** Replaces it as a whole. Never rejects; what cannot be written is forgotten. */
  write(remembered: CachedRemote): Promise<void>;
}

export const EMPTY_REMOTE_CACHE: CachedRemote = { lists: {} };
