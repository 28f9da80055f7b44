import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { HttpClient } from "../core/ports/http.ts";

/** While a sign-in goes on, its number is in every event and every HTTP request of the sign-in (DIAG-2). */
export class SignInLog {
  readonly diagnostics: Diagnostics;
  #count = 0;
  #current: number | undefined;

  constructor(diagnostics: Diagnostics) {
    this.diagnostics = {
      enabled: diagnostics.enabled,
      event: (name, fields) =>
        diagnostics.event(name, this.#current === undefined ? fields : { signIn: this.#current, ...fields }),
      notice: (text, kind) => diagnostics.notice(text, kind),
    };
  }

  /** Numbers what happens until `work` ends. */
  during(work: () => Promise<void>): Promise<void> {
    this.#current = ++this.#count;
    this.diagnostics.event("signin.begun");
    const ended = (outcome: string) => () => {
      this.diagnostics.event("signin.ended", { outcome });
      this.#current = undefined;
    };
    const done = work();
    void done.then(ended("signed in"), ended("failed"));
    return done;
  }

  http(http: HttpClient): HttpClient {
    return {
      send: (request) =>
        http.send(this.#current === undefined ? request : { ...request, signIn: this.#current }),
      dropConnections: () => http.dropConnections(),
      close: () => http.close(),
    };
  }
}
