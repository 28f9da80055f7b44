/** The operating system's keychain, as `keytar` offers it. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findPassword(service: string): Promise<string | null>;
  findCredentials(service: string): Promise<{ account: string; password: string }[]>;
}

/** Why no keychain can be reached from this process, as far as its environment tells. */
export interface KeychainObstacle {
  /** Half a sentence. */
  readonly why: string;
  /** What to do about it. */
  readonly hint: string;
}
