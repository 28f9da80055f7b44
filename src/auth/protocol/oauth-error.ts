// What an issuer or a remote says when it refuses, in words for people.
import { Failure } from "../../core/failure/failure.ts";
import { printable, quoted } from "../../core/text/printable.ts";
import type { ChallengeHints } from "./www-authenticate.ts";

/** The refusal as the end of a sentence: `invalid_scope: "no such scope"`; empty when it says nothing. */
export function refusalText({
  error,
  description,
}: {
  readonly error: string | undefined;
  readonly description?: string | undefined;
}): string {
  return [error && printable(error, 100), description && quoted(description)].filter(Boolean).join(": ");
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
    { status: 403 },
  );
}
