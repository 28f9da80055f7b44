// What a scripted host writes down.
import type { Answered } from "./host-connection.ts";

/** `connected`: all that a host shows which asks for no list. `reason`: the text of an error. */
export type Seen = "tools" | "sign-in tool" | "reason" | "connected";

export interface Sighting {
  readonly what: Seen;
  readonly atMs: number;
  readonly how: "listed" | "listed again" | "sign-in tool's words" | "error";
  readonly text?: string;
}

/** What a call of the sign-in tool came to. */
export interface SignInCall {
  readonly text: string;
  readonly isError: boolean;
  readonly atMs: number;
  /** The dialog that was shown meanwhile. */
  readonly dialog: string | undefined;
}

/** What a request took, and what was in its answer. */
export interface Timed {
  readonly method: string;
  readonly atMs: number;
  readonly tookMs: number;
  readonly answer: Answered;
}
