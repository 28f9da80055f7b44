// How a sign-in that this process owns is given up, by browser or device code.
import { Deadline } from "../../core/deadline.ts";
import { Failure, isFailure } from "../../core/failure/failure.ts";
import type { PendingAuthorization } from "../../core/oauth/vault-record.ts";
import type { AuthContext } from "../auth-context.ts";
import { defined } from "../protocol/json-members.ts";
import { doubted } from "./request-parameters.ts";

/** Ending a sign-in waits so long for the vault; who finds it unended later sees that its owner is gone. */
const RELEASE_LIMIT_MS = 400;

interface SignInEnd {
  /** The person, or the redirect, came to an end of it. */
  readonly cameBack: boolean;
  readonly openedAtMs: number | undefined;
  /** As thrown. */
  readonly failure: unknown;
}

/** Gives up ownership, and says in the record how it ended. */
export async function release(
  { vault, clock, diagnostics }: AuthContext,
  pending: PendingAuthorization,
  end: SignInEnd,
): Promise<void> {
  const deadline = new Deadline(clock, RELEASE_LIMIT_MS);
  try {
    await vault.exclusive("sign-in", deadline.signal, async (held) => {
      const record = await held.read();
      if (record?.pending?.state.equals(pending.state)) {
        await held.write({
          // Perhaps it is the metadata that is wrong.
          ...(end.cameBack && !isFailure(end.failure, "AUTH_DENIED") ? doubted(record) : record),
          pending: {
            ...record.pending,
            ...(end.cameBack ? { deadlineMs: clock.nowMs(), endedWithoutGrant: true } : {}),
            ...defined({ browserOpenedAtMs: end.openedAtMs }),
          },
        });
      }
      await held.endSignIn();
    });
  } catch {
    diagnostics.event("signin.not-released");
  } finally {
    deadline.cancelTimer();
  }
}

export function timedOut(): Failure {
  return new Failure("AUTH_TIMED_OUT", "The sign-in timed out.");
}
