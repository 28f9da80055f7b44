// One session between a host on stdin and stdout and a remote: how it starts and how it ends.

import { setMaxListeners } from "node:events";
import { Failure } from "../core/failure/failure.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { createLineSplitter } from "./host/line-splitter.ts";
import { HostStdio } from "./host/stdio.ts";
import { guardedClock } from "./messages/guard.ts";
import { WiredSession } from "./wire-session.ts";

export interface Bridge {
  /** Resolves when `stop` was called and everything is closed. Never rejects. */
  run(): Promise<void>;
  /**
   * Ends the session: answers what is open with the reason, deletes the session at the remote. Within 1 s. Idempotent.
   * After the end of standard input (`"stdin"`) what is under way first has half a second to be answered by the
   * remote, not counting the time in which the host is busy with what it already got; any other reason ends that.
   */
  stop(reason: string): Promise<void>;
}

/** Most time for ending the session at the remote: the host waits for us to be gone. */
const DELETE_MS = 1_000;
/** Most time for answers to requests that came before stdin ended, as with `printf ... | mcp-drawbridge`. */
const LAST_ANSWERS_MS = 500;

export function createBridge(given: BridgeOptions): Bridge {
  const clock = guardedClock(given.clock, given.diagnostics);
  const options = { ...given, clock };
  const { authorizer, diagnostics, http } = options;
  const lifetime = new AbortController();
  const hurry = new AbortController();
  setMaxListeners(0, lifetime.signal);
  const stdio = new HostStdio(options.input, options.output, options.clock);
  const wired = new WiredSession(options, stdio, lifetime.signal);
  const { router, listCache } = wired;
  const { remote, session, memory } = wired.remoteSide;
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  let stopping: Promise<void> | undefined;

  function stop(reason: string): Promise<void> {
    if (reason !== "stdin") hurry.abort();
    stopping ??= close(reason).finally(ended);
    return stopping;
  }

  /** A host that said all it had to say may still listen. No sign-in goes on for it, nor begins. */
  async function answerOpenRequests(): Promise<void> {
    void authorizer.close();
    const idle = router.open.idle();
    let heldBack: number;
    do {
      heldBack = stdio.heldBack;
      await Promise.race([idle, clock.sleep(LAST_ANSWERS_MS, hurry.signal).catch(() => undefined)]);
    } while (router.open.count > 0 && !hurry.signal.aborted && (stdio.blocked || stdio.heldBack > heldBack));
    hurry.abort();
  }

  async function close(reason: string): Promise<void> {
    diagnostics.event("bridge.stopping", { reason });
    if (reason === "stdin") await answerOpenRequests();
    const why = new Failure("INTERRUPTED", `mcp-drawbridge ended (${reason}) before the server answered.`);
    const { mcpSession } = session;
    router.open.fail(wired.lastFailure() ?? why);
    lifetime.abort(why);
    remote.drop(why);
    stdio.stop();
    const deletion = new AbortController();
    const late = new Promise<void>((resolve) => {
      clock.after(DELETE_MS, () => {
        deletion.abort(why);
        resolve();
      });
    });
    const ending = Promise.allSettled([
      authorizer.close(),
      listCache.flush(),
      remote.endSession(mcpSession, deletion.signal),
    ]);
    await Promise.race([ending, late]);
    http.close();
  }

  return {
    run() {
      const { maxMessageBytes } = options.network;
      const splitLines = createLineSplitter(maxMessageBytes, memory, router.fromHost, router.tooLong);
      stdio.start((chunk) => {
        splitLines(chunk);
        return router.reading;
      });
      return end;
    },
    stop,
  };
}
