/** A secret that the user gave for an issuer: the client's secret, key or assertion; the token for registering one. */
export type OwnedSecret = "client" | "registrationToken";

/** The issuers that the user's secrets were used at first. No sign-out and no broken record changes them (REG-2). */
export interface SecretOwners {
  /**
   * The issuer's identifier; undefined: the secret was not used yet.
   * @throws Failure LOCAL_VAULT_*: what is saved cannot be read, which is not "not used yet"
   */
  of(secret: OwnedSecret): Promise<string | undefined>;
  /** Durable when it resolves. The caller holds the vault. @throws Failure LOCAL_VAULT_* */
  bind(secret: OwnedSecret, issuer: string): Promise<void>;
}
