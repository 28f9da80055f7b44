// What a person is told when a key cannot be had.
import { Failure } from "../../core/failure/failure.ts";
import type { KeychainObstacle } from "../../core/ports/keychain.ts";
import { printable } from "../../core/text/printable.ts";
import type { KeySource, MadeSource } from "./key-reference.ts";

const NAMES: Readonly<Record<MadeSource, string>> = {
  keychain: "key of the system keychain",
  file: "key file",
};

/** Why a source has the key not. */
const ABSENT: Readonly<Record<KeySource, string>> = {
  keychain: "the system keychain does not have its key",
  file: "the key file is gone",
  environment: "DRAWBRIDGE_VAULT_KEY is not set",
};

const LOST =
  "If it is lost, delete the saved sign-in (`mcp-drawbridge status` names its file) and sign in again.";

/** What gives the right key back. */
const HINTS: Readonly<Record<KeySource, string>> = {
  keychain: `Use the keychain of the user and session that signed in. ${LOST}`,
  file: `Put the same key file back. ${LOST}`,
  environment: `Put DRAWBRIDGE_VAULT_KEY, with the key that you signed in with, into the \`env\` block of this server's entry in the host's configuration. ${LOST}`,
};

/** @param why default: the source does not have the key */
export function locked(
  source: KeySource,
  why: string = ABSENT[source],
  { cause, hint = HINTS[source] }: { cause?: unknown; hint?: string | undefined } = {},
): Failure {
  return new Failure("LOCAL_VAULT_LOCKED", `The saved sign-in cannot be opened: ${why}.`, { cause, hint });
}

/** Whatever the file held once, it is no key, and no other will do. */
export function damaged(file: string): Failure {
  return new Failure(
    "LOCAL_VAULT_BROKEN",
    `The key file ${file} is damaged; nothing that it locked can be opened.`,
  );
}

/** Of the variable. */
export function notAKey(): Failure {
  return new Failure("USAGE_BAD_ARGUMENT", "DRAWBRIDGE_VAULT_KEY must be 32 bytes, as base64url or hex.");
}

export function keychainUnavailable(message: string, cause: unknown, hint: string | undefined): Failure {
  const options = hint === undefined ? { cause } : { cause, hint };
  return new Failure("LOCAL_KEYCHAIN_UNAVAILABLE", message, options);
}

/** How the keychains of Linux and macOS say that they are locked, and our own words where one waits for its password. */
const IS_LOCKED = /unlock|locked|interaction is not allowed|passphrase|did not answer/i;

/** Only a keychain that says so is told to be locked: most of them fail where nothing is. */
export function keychainFailed(cause: unknown, obstacle: KeychainObstacle | undefined): Failure {
  const what = "The saved sign-in cannot be opened without the system keychain";
  if (obstacle !== undefined) return keychainUnavailable(`${what}: ${obstacle.why}.`, cause, obstacle.hint);
  const why = reason(cause);
  const check = IS_LOCKED.test(why)
    ? "Unlock the keychain, or answer its question,"
    : "Check that the keychain runs,";
  const hint = `${check} and try again. Nothing was overwritten.`;
  return new Failure("LOCAL_VAULT_LOCKED", `${what}, which failed (${why}).`, { cause, hint });
}

/** A keychain's own words; they hold no secret. */
export function reason(error: unknown): string {
  if (error instanceof Failure) return error.message.replace(/\.$/, "");
  return error instanceof Error ? printable(error.message, 120).replace(/\.$/, "") : "it failed";
}

/** The record names a key of another source than the user asked for. */
export function notAskedFor(source: MadeSource, wanted: KeySource): Failure {
  const environment = wanted === "environment";
  const asked = environment ? "DRAWBRIDGE_VAULT_KEY is set" : `--store is ${wanted}`;
  const former = `--store ${source}${environment ? " and without DRAWBRIDGE_VAULT_KEY" : ""}`;
  return new Failure(
    "LOCAL_VAULT_LOCKED",
    `The saved sign-in is locked with a ${NAMES[source]}, but ${asked}.`,
    {
      hint: `To change where the key is, sign out with ${former}, then sign in again. If you never used a ${NAMES[source]}, somebody else wrote that file: delete it.`,
    },
  );
}

/** The record names a key that was not made here. */
export function notMadeHere(source: MadeSource, ringFile: string): Failure {
  const message = `The saved sign-in is locked with a ${NAMES[source]} that the list of keys, in the system keychain or ${ringFile}, does not name.`;
  return new Failure("LOCAL_VAULT_LOCKED", message, {
    hint: `If you used --store ${source} before, or that list was lost, give --store ${source}. If not, somebody else wrote the saved sign-in: delete it.`,
  });
}
