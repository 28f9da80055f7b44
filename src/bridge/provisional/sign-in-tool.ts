// The tool `drawbridge_sign_in`: what a person has in hosts that show nothing but tools.

import type { Failure } from "../../core/failure/failure.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { SessionState } from "../session/session-state.ts";

export interface SignInToolOptions {
  readonly session: SessionState;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** The first call: until the address is shown. */
  readonly firstWaitMs: number;
  /** Later calls, when the person has the address. */
  readonly laterWaitMs: number;
  /** Starts to connect, with a sign-in if it takes one. */
  readonly connect: () => void;
  /** Tools there are now. Asks the remote when nobody has yet. */
  readonly toolNames: () => Promise<readonly string[]>;
}

export interface SignInTool {
  /** Answers one call of the tool: waits, then reports. */
  call(pending: PendingRequest): Promise<void>;
}

export function createSignInTool(options: SignInToolOptions): SignInTool {
  const { session, authorizer, clock } = options;
  const watchers = new Set<(failure: Failure | undefined) => void>();
  let shownUrl: string | undefined;

  session.onChange((state) => {
    if (state.kind !== "open" && state.kind !== "down") return;
    const failure = state.kind === "down" ? state.failure : undefined;
    for (const watcher of [...watchers]) watcher(failure);
    watchers.clear();
  });

  /** How the attempt going on ends, or `"late"`. */
  function outcome(waitMs: number): Promise<Failure | undefined | "late"> {
    return new Promise((resolve) => {
      const cancelTimer = clock.after(waitMs, () => {
        watchers.delete(watcher);
        resolve("late");
      });
      const watcher = (failure: Failure | undefined): void => {
        cancelTimer();
        resolve(failure);
      };
      watchers.add(watcher);
    });
  }

  async function call(pending: PendingRequest): Promise<void> {
    if (session.mcpSession === undefined) {
      const url = authorizer.inProgress()?.authorizationUrl;
      const ended = outcome(
        url !== undefined && url === shownUrl ? options.laterWaitMs : options.firstWaitMs,
      );
      options.connect();
      const failure = await ended;
      if (failure === "late") return say(pending, notYet());
      if (failure !== undefined) return say(pending, `${failure.message} ${failure.hint}`, true);
    }
    const names = await options.toolNames();
    const list = names.length === 0 ? "It lists no tools." : `Its tools: ${names.join(", ")}.`;
    say(
      pending,
      `This server is connected. ${list} If you do not see them, reconnect (restart) this server in your program.`,
    );
  }

  function notYet(): string {
    shownUrl = authorizer.inProgress()?.authorizationUrl;
    if (shownUrl === undefined)
      return "Not connected yet, and no address to sign in at so far. Call this tool again.";
    return `Not signed in yet. Open this address in a browser and sign in, then call this tool again: ${shownUrl}`;
  }

  return { call };
}

function say(pending: PendingRequest, text: string, isError = false): void {
  pending.answer(
    resultAnswer(pending.id, { content: [{ type: "text", text }], ...(isError ? { isError } : {}) }),
  );
}
