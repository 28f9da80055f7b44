import { environmentName, type Flag, flagName, takesValue } from "../flags/flag.ts";
import { type Paths, resolvePath } from "../inputs/files.ts";

/** One flag with its text, as somebody wrote it; without a text where it takes none. */
export type WrittenFlag = readonly [flag: Flag, text?: string];

/** Flags as an entry of a host has them. */
export interface EntryWords {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Divides flags between an entry's arguments and its variables. Every user of the computer can read arguments, so what may
 * hold a secret goes into variables: headers, and JSON given inline. Paths become absolute, since hosts start programs in a
 * folder of their own.
 */
export function entryWords(flags: readonly WrittenFlag[], context: Paths): EntryWords {
  const args: string[] = [];
  const env: Record<string, string> = {};
  for (const [flag, text] of flags) {
    if (text === undefined || !takesValue(flag)) {
      args.push(flagName(flag));
    } else if (mayHoldSecret(flag, text)) {
      const name = environmentName(flag);
      env[name] = env[name] === undefined ? text : `${env[name]}\n${text}`;
    } else {
      args.push(flagName(flag), withAbsolutePath(flag, text, context));
    }
  }
  return { args, env };
}

const mayHoldSecret = ({ usage }: Flag, text: string): boolean =>
  usage.startsWith("--header ") || (usage.includes("<json|@file>") && !text.startsWith("@"));

function withAbsolutePath({ usage }: Flag, text: string, context: Paths): string {
  if (/<(?:file|pem|folder)>/.test(usage)) return resolvePath(text, context);
  return usage.includes("@file") && text.startsWith("@") ? `@${resolvePath(text.slice(1), context)}` : text;
}
