/** Where a key lives. */
export type KeySource = "keychain" | "file" | "environment";

/** Where keys are made and kept here. */
export type MadeSource = Exclude<KeySource, "environment">;

/** Names a key without being one. */
export interface KeyReference {
  readonly source: KeySource;
  /** Derived from the key (`keyId`), so that a wrong one is told from a broken file. */
  readonly id: string;
}
