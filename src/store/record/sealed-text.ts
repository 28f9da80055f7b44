// Text that is sealed with a key of the key ring: records, and what is remembered of an account.
import type { Random } from "../../core/ports/random.ts";
import type { KeyReference } from "../keys/key-reference.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { decrypt, encrypt, parseEncryptedFile } from "./encrypted-file.ts";

interface Sealing {
  readonly keys: KeyRing;
  /** Must be given again to open: what was sealed as one thing is not read as another. */
  readonly name: string;
}

/**
 * @param current key of what it replaces; undefined: the one for new files
 * @throws Failure LOCAL_VAULT_LOCKED, LOCAL_KEYCHAIN_UNAVAILABLE
 */
export async function seal(
  text: Buffer,
  { keys, name, random, current }: Sealing & { random: Random; current?: KeyReference | undefined },
): Promise<Buffer> {
  const reference = await keys.choose(current);
  return encrypt(text, name, await keys.open(reference), reference, random.token(12));
}

/** @throws Failure LOCAL_VAULT_BROKEN, LOCAL_VAULT_NEWER, LOCAL_VAULT_LOCKED, LOCAL_KEYCHAIN_UNAVAILABLE */
export async function unseal(
  bytes: Buffer,
  { keys, name }: Sealing,
): Promise<{ readonly text: Buffer; readonly reference: KeyReference }> {
  const sealed = parseEncryptedFile(bytes);
  return { text: decrypt(sealed, name, await keys.open(sealed.key)), reference: sealed.key };
}
