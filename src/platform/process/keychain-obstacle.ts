// Why a keychain gives nothing, and what to do. It says "locked" nowhere: what is known here is what else it can be.
import { codeOf } from "../../core/errno.ts";
import type { KeychainObstacle } from "../../core/ports/keychain.ts";
import { entryAdvice } from "./missing-variables.ts";

const BUS = "DBUS_SESSION_BUS_ADDRESS";
/** On Linux a keychain is a service on the session bus of a login session. */
const RIGHT_ONE = `\`echo $${BUS}\` in the terminal where you signed in`;

/**
 * @param error what asking ended with, as the keychain's package words it; code ENOENT: it answered, and has no such entry
 * @returns undefined: nothing but what the keychain itself said
 */
export function keychainObstacle(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  userId: number | undefined,
  error: unknown,
): KeychainObstacle | undefined {
  const message = error instanceof Error ? error.message : "";
  if (/^(ERR_)?MODULE_NOT_FOUND$/.test(codeOf(error) ?? "") || /^Cannot find native binding/.test(message))
    return {
      why: "the package @napi-rs/keyring is not installed for this system",
      hint: "Install mcp-drawbridge again, with its optional dependencies (npm leaves them out with --omit=optional), or choose --store file.",
    };
  if (platform === "linux" && !env[BUS]) return noBus(userId);
  if (codeOf(error) === "ENOENT") return noEntry(platform);
  if (platform === "linux" && message.includes("DBus error")) return busTrouble(message, userId);
  return undefined;
}

const usualPlace = (userId: number | undefined): string => `unix:path=/run/user/${userId ?? 1_000}/bus`;

function noBus(userId: number | undefined): KeychainObstacle {
  return {
    why: `${BUS} is not set, and there is no session bus at its usual place`,
    hint: `The host did not pass it on: ${entryAdvice({ [BUS]: usualPlace(userId) })}. Use the address that ${RIGHT_ONE} prints, if it is another.`,
  };
}

function busTrouble(message: string, userId: number | undefined): KeychainObstacle {
  if (message.includes("org.freedesktop.secrets"))
    return {
      why: `no program on the session bus that ${BUS} names keeps secrets (org.freedesktop.secrets)`,
      hint: `If ${RIGHT_ONE} prints another address, ${entryAdvice({ [BUS]: "that address" })}. If it is the same, start a program that keeps secrets (GNOME Keyring, KWallet, KeePassXC).`,
    };
  return {
    why: `no session bus answers at the address in ${BUS}`,
    hint: `It is that of a session that has ended, or is misspelt: ${entryAdvice({ [BUS]: usualPlace(userId) })}. Use the address that ${RIGHT_ONE} prints, if it is another.`,
  };
}

function noEntry(platform: NodeJS.Platform): KeychainObstacle {
  const other =
    platform === "linux"
      ? `If ${RIGHT_ONE} prints another address than this host has, it is another keychain: ${entryAdvice({ [BUS]: "that address" })}. If a password manager keeps your secrets, open it.`
      : "Check that the host runs as the user who signed in.";
  return {
    why: "the system keychain answers, and does not have its key",
    hint: `Nothing was overwritten. ${other} If the key was deleted, delete the saved sign-in (\`mcp-drawbridge status\` names its file) and sign in again.`,
  };
}
