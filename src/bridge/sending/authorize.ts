// Has the authorizer do what a refusal of the remote asks for.

import { type Failure, isFailure } from "../../core/failure/failure.ts";
import type { Challenged } from "../../core/ports/authorizer.ts";
import { isSettled, type OutboundMessage } from "../messages/outbound-message.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { backOffMs, RENEWAL_POLL_MS, RETRY_BUDGET_MS } from "./retry-policy.ts";
import { signInRequired } from "./sign-in-required.ts";

export interface AuthorizeOptions extends BridgeContext {
  /** How long a message waits for a person who signs in; undefined: as long as it takes. */
  readonly patienceMs: (outbound: OutboundMessage) => number | undefined;
  /** Something went wrong that a person should read about while it is tried again. */
  readonly onRetry: (failure: Failure) => void;
  /** The remote wants other credentials. `isSignedIn`: it had some. @returns when they may be looked for; undefined: now */
  readonly onChallenge: (isSignedIn: boolean) => Promise<void> | undefined;
}

export type Refusal = Pick<Challenged, "wwwAuthenticate" | "dpopNonce" | "sent" | "inResult"> & {
  readonly status: number;
};

/**
 * Resolves when the message may be sent again. A request of the host waits no longer than a host does: then `onLate` is
 * called, with what it may be told, and the sign-in goes on. @throws Failure as `Authorizer.challenged`
 */
export async function authorize(
  options: AuthorizeOptions,
  outbound: OutboundMessage,
  { status, wwwAuthenticate, dpopNonce, sent, inResult }: Refusal,
  onLate: (failure: Failure) => void,
): Promise<void> {
  const { authorizer, clock, random, lifetime } = options;
  await options.onChallenge(sent !== undefined);
  const { operation, cause, correlation } = outbound;
  const challenged = {
    status: status === 403 ? 403 : 401,
    wwwAuthenticate,
    dpopNonce,
    sent,
    operation,
    cause,
    correlation,
    ...(inResult && { inResult }),
  } as const;
  const startedMs = clock.monotonicMs();
  let trouble: Failure | undefined;
  const patienceMs = outbound.handshake ? undefined : options.patienceMs(outbound);
  const cancelTimer =
    patienceMs === undefined
      ? undefined
      : clock.after(patienceMs, () => onLate(trouble ?? signInRequired(authorizer.inProgress())));
  try {
    for (let attempts = 1; ; attempts++) {
      trouble = await authorizer.challenged(challenged, lifetime).then(() => undefined, troubleOfIssuer);
      if (trouble === undefined) return;
      // In the background, whoever makes the attempt repeats it.
      const isOver = cause === "background" || isSettled(outbound);
      if (isOver || clock.monotonicMs() - startedMs >= RETRY_BUDGET_MS) throw trouble;
      options.onRetry(trouble);
      await clock.sleep(backOffMs(attempts, random.fraction(), RENEWAL_POLL_MS), lifetime);
    }
  } finally {
    cancelTimer?.();
  }
}

/** For `catch`: the issuer could not renew the token just now, and may in a moment. */
function troubleOfIssuer(error: unknown): Failure {
  if (isFailure(error, "AUTH_REFRESH_FAILED")) return error;
  throw error;
}
