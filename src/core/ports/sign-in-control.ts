import type { Authorizer, Challenged } from "./authorizer.ts";

/** How the remote refuses who is not signed in. */
export type RemoteChallenge = Pick<Challenged, "wwwAuthenticate"> & { readonly status: number };

export interface SignInOptions {
  /** Asks the remote without credentials; undefined: it needs no sign-in. @throws Failure where that cannot be told */
  readonly probe: (signal: AbortSignal) => Promise<RemoteChallenge | undefined>;
  /** Told the address that a person has to open. */
  readonly onUrl?: (url: string) => void;
  /** Lines that a person pastes; the one that is the redirect's address finishes the sign-in. */
  readonly pasted?: AsyncIterable<string>;
  /**
   * Asks a person for the id of a public client, where an issuer registers none by itself; undefined: no answer.
   * Not given: that is an error that says what to register.
   */
  readonly askClient?: (
    needed: { readonly issuer: string; readonly redirectUri: string },
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** Sign in although somebody is signed in. Default false. */
  readonly again?: boolean;
}

export interface SignOutReport {
  /** False: nobody was signed in. */
  readonly wasSignedIn: boolean;
  /** What the issuer did. Whatever it is, the saved sign-in was deleted. */
  readonly revoked: "yes" | "not offered" | "failed";
  /** Why not, as a whole sentence. */
  readonly reason?: string;
}

/** An authorizer that `login` and `logout` can use too. */
export interface SignInControl extends Authorizer {
  /**
   * Signs in ahead of time. `not needed`: the remote asks for none.
   * @throws Failure AUTH_*, NETWORK_*, REMOTE_*, LOCAL_*; the reason of the signal
   */
  signIn(options: SignInOptions, signal: AbortSignal): Promise<"signed in" | "already" | "not needed">;
  /** Revokes and forgets. @throws Failure LOCAL_*: then nothing was forgotten */
  signOut(signal: AbortSignal): Promise<SignOutReport>;
}
