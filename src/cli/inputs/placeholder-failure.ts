import { Failure } from "../../core/failure/failure.ts";
import type { Unfilled } from "./placeholders.ts";

/** Where it stands, and never what: somebody's key may be beside it. */
export function placeholderFailure({ place, position, character }: Unfilled): Failure {
  if (character === undefined)
    return new Failure(
      "USAGE_PLACEHOLDER",
      `${place}: a placeholder that nobody replaced stands at character ${position}.`,
    );
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return new Failure("USAGE_PLACEHOLDER", `${place}: character ${position} cannot be seen (U+${code}).`, {
    hint: "Type the value again; such characters come along when it is copied from a page or a chat.",
  });
}
