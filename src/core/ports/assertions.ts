import type { AssertionSource } from "../settings.ts";
import type { Secret } from "../text/secret.ts";

/** Gets assertions and ID tokens that somebody else makes: a file that is renewed in place, a command's output. */
export interface Assertions {
  /**
   * The assertion as it is now, without blanks around it. Read anew each time: they live for minutes.
   * @throws Failure USAGE_MISSING_FILE, USAGE_BAD_ARGUMENT (empty, or the command failed)
   */
  read(source: AssertionSource, signal: AbortSignal): Promise<Secret>;
}
