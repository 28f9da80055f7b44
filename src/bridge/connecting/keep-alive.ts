// `--keep-alive`, `--ping-interval`: a ping of our own now and then, so that nobody on the way drops the connection.

import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { askRemote } from "../sending/ask-remote.ts";
import type { Sender } from "../sending/sender.ts";
import type { BridgeContext } from "../session/bridge-context.ts";

export interface KeepAliveOptions extends BridgeContext {
  readonly intervalMs: number;
  readonly sender: Sender;
  readonly bridgeRequests: BridgeRequests;
}

/** Pings while a session is open, one at a time, until the bridge stops. A session that is lost is renewed by it. */
export function startKeepAlive(options: KeepAliveOptions): void {
  const { intervalMs, session, sender, bridgeRequests, clock, lifetime } = options;
  const next = (): void => {
    if (!lifetime.aborted) clock.after(intervalMs, tick);
  };
  function tick(): void {
    if (lifetime.aborted) return;
    // How it ends is of no interest: the sender has done what there is to do.
    if (session.mcpSession === undefined) next();
    else askRemote(sender, bridgeRequests.make("ping")).then(next, next);
  }
  next();
}
