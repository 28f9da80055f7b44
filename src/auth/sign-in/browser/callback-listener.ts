// The listener of one sign-in, and what arrives there. Foreign requests are answered here and change nothing (AUTH-6).
import { Failure, isFailure } from "../../../core/failure/failure.ts";
import type { RedirectListener } from "../../../core/ports/browser.ts";
import type { AuthContext } from "../../auth-context.ts";
import {
  type AuthorizationResponse,
  type ExpectedResponse,
  readAuthorizationResponse,
} from "./authorization-response.ts";
import { type RedirectCandidate, redirectUri } from "./redirect-uri.ts";
import { donePage, foreignPage, type ResultPage } from "./result-pages.ts";

/** The browser tab that came back; it waits until it is answered. */
export interface Tab {
  respond(page: ResultPage): void;
  /** Sends it elsewhere instead. */
  redirect(to: URL): void;
}

export interface Arrival {
  readonly result: Exclude<AuthorizationResponse, { kind: "foreign" }>;
  readonly tab: Tab;
}

/** For a redirect URL that was pasted: nobody looks at a page. */
const NO_TAB: Tab = { respond() {}, redirect() {} };

export class CallbackListener {
  readonly uri: string;
  readonly #listener: RedirectListener;
  #expected: ExpectedResponse | undefined;
  #arrived: ((arrival: Arrival) => void) | undefined;

  /** Use `openCallbackListener`. */
  constructor(uri: string, listener: RedirectListener) {
    this.uri = uri;
    this.#listener = listener;
  }

  /** From now on answers to this request count. Call it before the browser can come. */
  expect(expected: ExpectedResponse): Promise<Arrival> {
    this.#expected = expected;
    return new Promise((arrived) => {
      this.#arrived = arrived;
    });
  }

  /** @returns whether the text is a redirect of the sign-in that is waited for */
  paste(text: string): boolean {
    const trimmed = text.trim();
    if (!URL.canParse(trimmed)) return false;
    return this.#take(new URL(trimmed).searchParams, NO_TAB);
  }

  request(url: URL, tab: Tab): void {
    if (url.pathname === new URL(this.uri).pathname) this.#take(url.searchParams, tab);
    else tab.respond({ ...foreignPage(), status: 404 });
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #take(query: URLSearchParams, tab: Tab): boolean {
    const expected = this.#expected;
    const result = expected && readAuthorizationResponse(query, expected);
    if (result === undefined || result.kind === "foreign") {
      tab.respond(foreignPage());
      return false;
    }
    if (this.#arrived) this.#arrived({ result, tab });
    else tab.respond(donePage());
    this.#arrived = undefined;
    return true;
  }
}

/**
 * Listens at the first candidate that is free.
 * @throws Failure LOCAL_PORT_TAKEN of the first candidate, when none is
 */
export async function openCallbackListener(
  { listeners, settings }: Pick<AuthContext, "listeners" | "settings">,
  candidates: readonly RedirectCandidate[],
): Promise<CallbackListener> {
  let taken: Failure | undefined;
  for (const candidate of candidates) {
    let session: CallbackListener | undefined;
    try {
      const listener = await listeners.listen({
        port: candidate.port,
        redirectHost: candidate.host,
        bind: settings.redirect.bind,
        onRequest: ({ url, respond, redirect }) =>
          session?.request(url, { respond: (page) => respond(page.status, page.html), redirect }),
      });
      session = new CallbackListener(redirectUri(candidate, listener.port), listener);
      return session;
    } catch (error) {
      if (!isFailure(error, "LOCAL_PORT_TAKEN")) throw error;
      taken ??= error;
    }
  }
  throw (
    taken ??
    new Failure("LOCAL_PORT_TAKEN", "No redirect address of this client can be served on this computer.")
  );
}
