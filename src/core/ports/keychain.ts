/** The operating system's keychain, as `keytar` offers it. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  findPassword(service: string): Promise<string | null>;
  findCredentials(service: string): Promise<{ account: string; password: string }[]>;
}

/** Why no keychain can be reached from this process, or has not what it should, as far as environment and error tell. */
export interface KeychainObstacle {
  /** Half a sentence. */
  readonly why: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Asked when a keychain gave nothing. */
export interface KeychainHelp {
  /** Is it known that there is none? Then it is not looked for. */
  readonly hasNone: () => boolean;
  /** Before each call, for it may stop the program's thread. @throws when a call would wait for nobody */
  readonly ready: () => Promise<void>;
  /**
   * @param error what asking ended with; code ENOENT: it answered, and has no such entry
   * @returns undefined: nothing is known but the error
   */
  readonly obstacle: (error: unknown) => Promise<KeychainObstacle | undefined>;
}
