/** What `status --json` prints: `schemas/status.schema.json`. No secret is in it. */
export interface StatusReport {
  readonly version: 1;
  readonly command: "status";
  /** Where everything is kept. */
  readonly folder: string;
  readonly remotes: readonly RemoteStatus[];
  readonly processes: readonly ProcessStatus[];
}

/** One saved record. */
export interface RemoteStatus {
  readonly remote: string;
  readonly profile: string;
  /** `--resource`, where the record was made with one. */
  readonly resource?: string;
  readonly state: "signed in" | "expired" | "not signed in" | "unreadable";
  readonly issuer?: string;
  readonly scope?: string;
  /** ISO 8601; absent: the issuer did not say. */
  readonly expiresAt?: string;
  /** By a refresh token. */
  readonly renews?: boolean;
  readonly client?: {
    readonly registration: "pre-registered" | "metadata-document" | "dynamic";
    readonly id: string;
  };
  readonly era?: "legacy" | "modern";
  readonly revision?: string;
  readonly transport?: "http" | "sse";
  readonly tools?: number;
  readonly key?: "keychain" | "file" | "environment" | "memory" | "none yet";
  readonly file: string;
  readonly signIn?: SignInStatus;
  /** Why the record cannot be used. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface SignInStatus {
  readonly url: string;
  readonly process: number;
  readonly startedAt: string;
  readonly until: string;
}

export interface ProcessStatus {
  readonly pid: number;
  /** Absent: what it was started with cannot be told. */
  readonly remote?: string;
  readonly profile?: string;
  readonly command: string;
  readonly host?: string;
}
