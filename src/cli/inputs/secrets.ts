import { Secret } from "../../core/text/secret.ts";
import { type PathContext, readFlagFile } from "./files.ts";
import { refuseUnfilled } from "./placeholders.ts";
import { expandVariables } from "./variables.ts";

/** A secret of the command line: `@file`, or text with `${NAME}`, so that it need not be in the process list. */
export function readSecret(flag: string, text: string, context: PathContext): Secret {
  const place = context.named(flag);
  if (!text.startsWith("@")) return new Secret(expandVariables(text, context, place));
  const secret = readFlagFile(place, text.slice(1), context).trim();
  refuseUnfilled(secret, `${place}, its file`, "word");
  return new Secret(secret);
}
