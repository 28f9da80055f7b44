// The sign-in that this process owns: show it, wait for the person, end it, whatever happens (AUTH-11).
import { Deadline, unlessAborted } from "../../../core/deadline.ts";
import { asFailure, isFailure } from "../../../core/failure/failure.ts";
import type { AuthContext } from "../../auth-context.ts";
import { release, timedOut } from "../release-sign-in.ts";
import { isByPerson, MOST_TABS, type SignInRequest } from "../sign-in-request.ts";
import type { AuthorizationAttempt } from "./authorization-request.ts";
import type { Arrival, Tab } from "./callback-listener.ts";
import { finishSignIn } from "./finish-sign-in.ts";
import { keepFresh } from "./fresh-address.ts";
import { failedPage, signedInPage } from "./result-pages.ts";

/** How often one sign-in may start over in the same tab: without a scope, without `resource`, with a new client. */
const MAX_RETRIES = 3;

/** @throws Failure AUTH_*, NETWORK_*, LOCAL_*; the reason of the signal */
export async function browserSignIn(
  context: AuthContext,
  signInRequest: SignInRequest,
  first: AuthorizationAttempt,
  signal: AbortSignal,
): Promise<void> {
  let attempt = first;
  let tab: Tab | undefined;
  let openedAtMs = first.pending.browserOpenedAtMs;
  const deadline = new Deadline(context.clock, first.pending.deadlineMs - context.clock.nowMs(), signal);
  try {
    const { issFits } = await import("../../protocol/oauth-sdk.ts");
    for (let retries = 0; ; retries++) {
      const { metadata, session } = attempt;
      const { authorizationUrl, deadlineMs, state } = attempt.pending;
      context.signInState.current = { authorizationUrl: authorizationUrl.reveal(), deadlineMs };
      const arriving = session.expect({ state, issFits: (iss) => issFits(iss, metadata) });
      if (tab === undefined) openedAtMs = await show(context, signInRequest, attempt);
      else tab.redirect(new URL(authorizationUrl.reveal()));
      const isOpened = openedAtMs !== undefined;
      const stopRenewing = renewing(context, attempt, isOpened, deadline.signal);
      const arrival = await arrivalOf(context, arriving, signInRequest, attempt, deadline.signal).finally(
        stopRenewing,
      );
      tab = arrival.tab;
      await context.checkpoint("signin.redirect-received");
      const mayRetry = retries < MAX_RETRIES;
      const outcome = await finishSignIn(context, signInRequest, attempt, arrival, mayRetry, signal);
      if (outcome === "signed in") break;
      attempt = outcome;
    }
    if (context.settings.successUrl) tab?.redirect(context.settings.successUrl);
    else tab?.respond(signedInPage(context.remote.url.host));
  } catch (error) {
    const failure = error === deadline.signal.reason && deadline.passed ? timedOut() : error;
    if (tab && isFailure(failure)) tab.respond(failedPage(failure.said, failure.data().hint));
    // The port first: whoever waits goes on with the same redirect as soon as this is given up.
    await attempt.session.close();
    const cameBack = tab !== undefined && !signal.aborted;
    await release(context, attempt.pending, { cameBack, openedAtMs, failure });
    throw failure;
  } finally {
    deadline.cancelTimer();
    await attempt.session.close();
  }
}

/** Shows the address, and opens it. @returns when the browser was asked to, if it was */
async function show(
  { settings, browser, clock, diagnostics, checkpoint }: AuthContext,
  signInRequest: SignInRequest,
  attempt: AuthorizationAttempt,
) {
  const url = attempt.pending.authorizationUrl.reveal();
  signInRequest.onUrl?.(url);
  const { browserOpenedAtMs, earlierMs = [] } = attempt.pending;
  const isEnough = earlierMs.length >= MOST_TABS && !isByPerson(signInRequest);
  const why = signInRequest.reason === undefined ? "" : `${signInRequest.reason} `;
  const enough = isEnough ? "Two sign-ins came to nothing, so no browser is opened. " : "";
  diagnostics.notice(`${why}${enough}Sign in at: ${url}`);
  if (!settings.openBrowser || attempt.keepTab || isEnough) return browserOpenedAtMs;
  try {
    await browser.open(new URL(url));
  } catch (error) {
    if (!isFailure(error, "AUTH_BROWSER_FAILED")) throw error;
    diagnostics.notice(`${error.message} ${error.hint}`);
    return undefined;
  }
  await checkpoint("signin.browser-opened");
  return clock.nowMs();
}

/** Whoever asks for the address of a pushed request gets one that is good still. @returns ends it */
function renewing(
  context: AuthContext,
  attempt: AuthorizationAttempt,
  isOpened: boolean,
  stop: AbortSignal,
): () => void {
  const { addressLifeMs, pending } = attempt;
  const done = new AbortController();
  if (addressLifeMs === undefined) return () => {};
  const tell = (authorizationUrl: string): void => {
    context.signInState.renew({ authorizationUrl, deadlineMs: pending.deadlineMs });
    // Somebody may look at the one before, and has not come to open it.
    if (isOpened) return;
    context.diagnostics.notice(`The last address has expired. Sign in at: ${authorizationUrl}`);
  };
  const signal = AbortSignal.any([stop, done.signal]);
  keepFresh(context, attempt, addressLifeMs, tell, signal).catch((error: unknown) => {
    if (!signal.aborted)
      context.diagnostics.event("signin.not-pushed-again", { code: asFailure(error).code });
  });
  return () => done.abort();
}

/** The redirect, by browser or pasted. Rejects with the reason of `stop`. */
async function arrivalOf(
  { diagnostics }: AuthContext,
  arriving: Promise<Arrival>,
  { pasted }: SignInRequest,
  { session }: AuthorizationAttempt,
  stop: AbortSignal,
): Promise<Arrival> {
  const lines = pasted?.[Symbol.asyncIterator]();
  const reading = (async () => {
    for (let line = await lines?.next(); line && !line.done; line = await lines?.next()) {
      if (session.paste(line.value)) return;
      diagnostics.notice(
        "That is not the address that this sign-in redirects to. Copy the whole address of the last page.",
      );
    }
  })();
  reading.catch(() => {}); // A terminal that goes away leaves the browser's way.
  return unlessAborted(arriving, stop);
}
