import { Failure } from "../../core/failure/failure.ts";
import type { StoreKind, StoreSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { type PathContext, resolvePath } from "../inputs/files.ts";
import { refuseUnfilled } from "../inputs/placeholders.ts";
import { type Flag, InvalidValue } from "./flag.ts";

export interface StorageFlags {
  readonly store: StoreKind;
  readonly configDir?: string;
  readonly profile: string;
}

export const storageFlags: readonly Flag[] = [
  {
    usage: "--store <where>",
    choices: ["auto", "keychain", "file", "memory"],
    preset: "auto",
  },
  { usage: "--config-dir <folder>" },
  {
    usage: "--profile <name>",
    preset: "default",
    parse: profileName,
  },
];

/**
 * @param defaultFolder the platform's data folder; undefined where there is no home
 * @throws Failure USAGE_BAD_ARGUMENT
 */
export function readStorage(
  flags: StorageFlags,
  context: PathContext,
  defaultFolder: () => string | undefined,
): StoreSettings {
  const folder = flags.configDir === undefined ? defaultFolder() : resolvePath(flags.configDir, context);
  if (folder === undefined) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      "No home folder was found, so there is no place to save sign-ins.",
      {
        hint: "Name a folder with --config-dir.",
      },
    );
  }
  const key = context.env.DRAWBRIDGE_VAULT_KEY;
  refuseUnfilled(key ?? "", "DRAWBRIDGE_VAULT_KEY", "word");
  return {
    kind: flags.store,
    folder,
    profile: flags.profile,
    ...(key !== undefined && key !== "" && { key: new Secret(key) }),
  };
}

function profileName(text: string): string {
  if (!/^[\p{L}\p{N}._@ -]{1,64}$/u.test(text)) {
    throw new InvalidValue("Use at most 64 letters, digits, spaces and . _ @ -.");
  }
  return text;
}
