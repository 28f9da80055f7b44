export interface Random {
  /** Cryptographic. `bytes` random bytes, base64url without padding. */
  token(bytes: number): string;
  /** 0 <= x < 1, for jitter only. */
  fraction(): number;
}
