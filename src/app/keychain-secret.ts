import { within } from "../core/deadline.ts";
import { Failure } from "../core/failure/failure.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Keychain, KeychainHelp } from "../core/ports/keychain.ts";
import { quoted } from "../core/text/printable.ts";
import { Secret } from "../core/text/secret.ts";
import { KEYCHAIN_MS } from "../store/keys/keychain.ts";

/**
 * A secret that the user put into the system's keychain themselves.
 * @throws Failure LOCAL_KEYCHAIN_UNAVAILABLE: no keychain, no answer, no such entry
 */
export async function readKeychainSecret(
  load: () => Promise<Pick<Keychain, "getPassword">>,
  clock: Clock,
  service: string,
  account: string,
  obstacle: KeychainHelp["obstacle"] = async () => undefined,
): Promise<Secret> {
  const entry = quoted(`${service}/${account}`);
  const reading = load().then((keychain) => keychain.getPassword(service, account));
  try {
    const password = await within(clock, KEYCHAIN_MS, reading, () => {
      throw unavailable(`The system keychain did not answer within ${KEYCHAIN_MS / 1_000} s for ${entry}.`);
    });
    if (password === null)
      throw unavailable(`The system keychain has no entry ${entry}.`, undefined, NO_ENTRY);
    return new Secret(password);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { why, hint } = (await obstacle(error)) ?? {};
    const because = why === undefined ? "" : `: ${why}`;
    throw unavailable(`The system keychain could not be asked for ${entry}${because}.`, error, hint);
  }
}

const NO_ENTRY =
  "Check the entry's service and account, and that this is the keychain that it was saved in, or give the secret by a file or ${NAME}.";
const HINT =
  "Check that the keychain is running and unlocked, and the entry's service and account, or give the secret by a file or ${NAME}.";

function unavailable(message: string, cause?: unknown, hint = HINT): Failure {
  return new Failure("LOCAL_KEYCHAIN_UNAVAILABLE", message, {
    hint,
    cause,
  });
}
