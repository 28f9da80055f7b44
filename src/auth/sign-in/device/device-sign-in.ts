// The sign-in by device code that this process owns: show code and address, ask, save.
import { Deadline } from "../../../core/deadline.ts";
import { Failure } from "../../../core/failure/failure.ts";
import type { AuthContext } from "../../auth-context.ts";
import { newDpopKey } from "../../token/dpop.ts";
import { granted } from "../browser/code-exchange.ts";
import { release, timedOut } from "../release-sign-in.ts";
import type { SignInRequest } from "../sign-in-request.ts";
import { type DeviceAttempt, pollDevice } from "./device-code.ts";

/** @throws Failure AUTH_*, NETWORK_*, LOCAL_*; the reason of the signal */
export async function deviceSignIn(
  context: AuthContext,
  signInRequest: SignInRequest,
  attempt: DeviceAttempt,
  signal: AbortSignal,
): Promise<void> {
  const { clock, diagnostics, vault } = context;
  const { pending, userCode } = attempt;
  const authorizationUrl = pending.authorizationUrl.reveal();
  const deadline = new Deadline(clock, pending.deadlineMs - clock.nowMs(), signal);
  try {
    context.signInState.current = { authorizationUrl, deadlineMs: pending.deadlineMs };
    signInRequest.onUrl?.(authorizationUrl);
    diagnostics.notice(`Sign in at: ${authorizationUrl} - the code is ${userCode}`);
    const discovery = (await vault.read(signal))?.discovery;
    const key = await newDpopKey(discovery, signInRequest.hints.dpop);
    const { tokens, client } = await pollDevice(context, attempt, key?.serialized, deadline.signal);
    await vault.exclusive("exchange", signal, async (held) => {
      const record = await held.read();
      if (!record?.pending?.state.equals(pending.state))
        throw new Failure(
          "AUTH_RESPONSE_INVALID",
          "This sign-in was replaced or removed before it finished.",
        );
      await held.write(granted(context, record, { ...attempt, client }, tokens, key));
      await context.checkpoint("exchange.saved");
      await held.endSignIn();
    });
  } catch (error) {
    const cameBack = !deadline.signal.aborted;
    await release(context, pending, { cameBack, openedAtMs: undefined, failure: error });
    throw deadline.passed ? timedOut() : error;
  } finally {
    deadline.cancelTimer();
  }
}
