// What an issuer or a remote says when it refuses, in words for people.
import { Failure } from "../../core/failure/failure.ts";
import { inTheirWords, quoted } from "../../core/text/printable.ts";
import type { RefusalWords } from "./refusal-words.ts";
import type { ChallengeHints } from "./www-authenticate.ts";

/** The refusal as the end of a sentence: `invalid_scope, in its own words "no such scope"`; empty when it says nothing. */
export function refusalText({
  error,
  description,
}: {
  readonly error: string | undefined;
  readonly description?: string | undefined;
}): string {
  // RFC 6749 5.2 lets a code be a whole sentence.
  const code = error && (/^[\w.-]{1,60}$/.test(error) ? error : quoted(error, 100));
  const words = description && inTheirWords(description);
  return [code ?? "", words ?? ""].filter((text) => text !== "").join(", ");
}

/** `answered 400 with invalid_grant`, for after "POST ...". */
export function answered({ status, ...words }: RefusalWords & { readonly status: number }): string {
  const text = refusalText(words);
  return text === "" ? `answered ${status} and did not say why` : `answered ${status} with ${text}`;
}

/** The remote's own words about a refused request; empty: it has none. */
export function said({ error, errorDescription }: ChallengeHints): string {
  return error === undefined ? "" : ` (${refusalText({ error, description: errorDescription })})`;
}

/** A 403 to a request without credentials, or one that no scope helps against. */
export function forbidden(hints: ChallengeHints): Failure {
  return new Failure(
    "AUTH_INSUFFICIENT_SCOPE",
    `The server answered 403${said(hints)} without naming a scope.`,
    {
      status: 403,
      ...(hints.error === undefined && {
        hint: "It does not say why. Ask whoever runs the server whether this account, and this computer, may use it.",
      }),
    },
  );
}
