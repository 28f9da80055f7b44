import { type ParseError, parse } from "jsonc-parser";

/** `line 3, column 7` of the first mistake; nothing of the text itself, which may hold a secret. */
export function positionOfMistake(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const before = text.slice(0, errors[0]?.offset ?? text.length).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
