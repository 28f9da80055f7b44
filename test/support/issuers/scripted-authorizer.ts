// An authorizer for tests of the bridge alone: a person who signs in when the test says so.

import { Failure } from "../../../src/core/failure/failure.ts";
import type {
  Authorizer,
  Challenged,
  Credentials,
  SignInInProgress,
} from "../../../src/core/ports/authorizer.ts";

export const SIGN_IN_URL = "https://issuer.example/authorize?state=s";

export class ScriptedAuthorizer implements Authorizer {
  /** Every challenge, in order. */
  readonly challenges: Challenged[] = [];
  /** How often a person was asked; one sign-in serves all that wait. */
  signIns = 0;
  closed = false;
  token: string | undefined;
  /** The issuer is slow: there is no address to open yet. */
  withoutAddress = false;
  namedByUser = false;
  /** Whoever is signed in is refused all the same. */
  rejects = false;
  readonly #listeners: ((signIn: SignInInProgress | undefined) => void)[] = [];
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  async credentials(): Promise<Credentials | undefined> {
    if (this.token === undefined) return undefined;
    return { headers: { authorization: `Bearer ${this.token}` }, fingerprint: this.token };
  }

  async challenged(challenge: Challenged, signal: AbortSignal): Promise<void> {
    this.challenges.push(challenge);
    if (this.rejects && challenge.sent?.fingerprint === this.token)
      throw new Failure("AUTH_TOKEN_REJECTED", "The server refused new credentials.");
    if (this.token !== undefined && challenge.sent?.fingerprint !== this.token) return;
    if (challenge.cause === "background" && this.#waiting.length === 0) {
      throw new Failure("AUTH_SIGN_IN_REQUIRED", "No one is signed in.");
    }
    if (this.#waiting.length === 0) this.signIns += 1;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (!this.withoutAddress) this.#tell();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  inProgress() {
    return this.#waiting.length === 0 || this.withoutAddress
      ? undefined
      : { authorizationUrl: SIGN_IN_URL, deadlineMs: 0, namedByUser: this.namedByUser };
  }

  onSignIn(listener: (signIn: SignInInProgress | undefined) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.inProgress());
  }

  /** The person finishes. */
  signIn(token: string): void {
    this.token = token;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve();
    this.#tell();
  }

  /** The person refuses. */
  deny(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new Failure("AUTH_DENIED", "The sign-in was refused."));
    this.#tell();
  }
}

/** Lets only requests with this token pass. For `ScriptedRemote.fail("*", ...)`. */
export function onlyWith(token: string) {
  return async (
    exchange: { headers: { authorization?: string | undefined } },
    normally: () => Promise<import("../remotes/scripted-server.ts").Answer>,
  ): Promise<import("../remotes/scripted-server.ts").Answer> =>
    exchange.headers.authorization === `Bearer ${token}`
      ? normally()
      : { status: 401, headers: { "www-authenticate": "Bearer" } };
}
