import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import type { SessionState } from "./session-state.ts";

/** What nearly every part of a bridge works with. */
export interface BridgeContext extends Omit<Runtime, "checkpoint"> {
  readonly session: SessionState;
  readonly authorizer: Authorizer;
  /** Ends with the bridge. */
  readonly lifetime: AbortSignal;
}
