/** Why a request is made: a browser is opened only for what a person's host asked for (AUTH-11). */
export type RequestCause = "host" | "background";

/** A 401, or a 403, of the remote, or what a tool says in their place. */
export interface Challenged {
  readonly status: 401 | 403;
  /** Every `WWW-Authenticate` value, in order. */
  readonly wwwAuthenticate: readonly string[];
  /** Every `DPoP-Nonce` value. */
  readonly dpopNonce?: string | undefined;
  /** What `credentials` gave for the request that was refused; undefined when it went without. */
  readonly sent: Credentials | undefined;
  /** Method and name, such as `tools/call:delete`: bounds step-ups for one operation (AUTH-4). */
  readonly operation: string;
  readonly cause: RequestCause;
  /** It was in the result of a call, with a status that says nothing against the credentials. */
  readonly inResult?: true;
  /** Number of the host's message, for the debug log. */
  readonly correlation?: number | undefined;
}

/** Credentials of one request to the remote. */
export interface Credentials {
  /** Lower-case names: `authorization`, with DPoP also `dpop`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the token without revealing it; equal for the same token. */
  readonly fingerprint: string;
}

/** A sign-in that waits for a person, here or in another process. */
export interface SignInInProgress {
  readonly authorizationUrl: string;
  readonly deadlineMs: number;
  /** The user named the issuer. Default: the remote did. */
  readonly namedByUser?: boolean;
}

/** Signs requests to the remote, and answers its refusals. What the bridge knows of authorization. */
export interface Authorizer {
  /**
   * What to send with a request now. `undefined`: nobody is signed in, send without. Renews first when due.
   * @throws Failure when a grant is there but cannot be used now (vault locked, refresh failed)
   */
  credentials(request: { method: string; url: URL }, signal: AbortSignal): Promise<Credentials | undefined>;
  /**
   * Does what the refusal asks for: renew, sign in, ask for more scope. Resolves when the request may be sent
   * again with new `credentials`. May take as long as a person does; concurrent calls share one sign-in.
   * @throws Failure AUTH_* when it will not help to send it again; with `cause: "background"`, AUTH_SIGN_IN_REQUIRED
   * instead of opening a browser
   */
  challenged(challenge: Challenged, signal: AbortSignal): Promise<void>;
  /**
   * The remote failed at a request with these credentials in a way of its own, which some do when they do not know a token
   * any more. Renews it without a person, where that can be done, once a minute at most.
   * True: there are other credentials than these now. Never rejects with a Failure.
   */
  renew?(sent: Credentials, signal: AbortSignal): Promise<boolean>;
  /**
   * The remote took these credentials (any answer but 401 and 403): a later refusal is then about their age, not about
   * what they are (TOK-6). Cheap; call it for every answer. `dpopNonce`: the answer's `DPoP-Nonce`, if any.
   */
  accepted?(sent: Credentials, dpopNonce?: string | undefined): void;
  /** The sign-in going on now, if the address is already known. */
  inProgress(): SignInInProgress | undefined;
  /** Calls whenever the address of a sign-in becomes known, which is when a person is waited for; with undefined, when it is over. */
  onSignIn(listener: (signIn: SignInInProgress | undefined) => void): void;
  /** Ends a sign-in that this process owns, frees port and claims. Idempotent; within half a second. */
  close(): Promise<void>;
}
