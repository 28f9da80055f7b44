// The tool `drawbridge_sign_in`: what a person has in hosts that show nothing but tools.

import { asFailure, type Failure } from "../../core/failure/failure.ts";
import type { RequestMessage } from "../../core/mcp/message.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { calledTool } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { SIGN_IN_TOOL } from "./canned-answers.ts";

export interface SignInToolOptions extends BridgeContext {
  /** The first call: until the address is shown. */
  readonly firstWaitMs: number;
  /** Later calls, when the person has the address. */
  readonly laterWaitMs: number;
  /** Starts to connect, with a sign-in if it takes one. */
  readonly connect: () => void;
  /** Tools there are now. Asks the remote when nobody has yet. */
  readonly toolNames: () => Promise<readonly string[]>;
  /** Does the remote have a tool of this name itself? */
  readonly isTaken: (tool: string) => boolean;
}

export class SignInTool implements MessageHandler {
  readonly #options: SignInToolOptions;
  readonly #watchers = new Set<(failure: Failure | undefined) => void>();
  #shownUrl: string | undefined;

  constructor(options: SignInToolOptions) {
    this.#options = options;
    options.session.onChange((phase) => {
      if (phase.kind !== "ready" && phase.kind !== "failed") return;
      const failure = phase.kind === "failed" ? phase.failure : undefined;
      for (const watcher of [...this.#watchers]) watcher(failure);
      this.#watchers.clear();
    });
  }

  /** Takes the calls of the tool, unless the remote has one of that name. */
  onRequest(request: RequestMessage, pending: PendingRequest): boolean {
    if (calledTool(request) !== SIGN_IN_TOOL || this.#options.isTaken(SIGN_IN_TOOL)) return false;
    this.#call(pending).catch((error: unknown) => pending.fail(asFailure(error)));
    return true;
  }

  /** Answers one call of the tool: waits, then reports. */
  async #call(pending: PendingRequest): Promise<void> {
    const { session, authorizer, firstWaitMs, laterWaitMs } = this.#options;
    if (session.mcpSession === undefined) {
      const url = authorizer.inProgress()?.authorizationUrl;
      const ended = this.#outcome(url !== undefined && url === this.#shownUrl ? laterWaitMs : firstWaitMs);
      this.#options.connect();
      const failure = await ended;
      if (failure === "late") return say(pending, this.#notYet());
      if (failure !== undefined) return say(pending, `${failure.message} ${failure.hint}`, true);
    }
    const names = await this.#options.toolNames();
    const list = names.length === 0 ? "It lists no tools." : `Its tools: ${names.join(", ")}.`;
    say(
      pending,
      `This server is connected. ${list} If you do not see them, reconnect (restart) this server in your program.`,
    );
  }

  /** How the attempt going on ends, or `"late"`. */
  #outcome(waitMs: number): Promise<Failure | undefined | "late"> {
    return new Promise((resolve) => {
      const cancelTimer = this.#options.clock.after(waitMs, () => {
        this.#watchers.delete(watcher);
        resolve("late");
      });
      const watcher = (failure: Failure | undefined): void => {
        cancelTimer();
        resolve(failure);
      };
      this.#watchers.add(watcher);
    });
  }

  #notYet(): string {
    this.#shownUrl = this.#options.authorizer.inProgress()?.authorizationUrl;
    if (this.#shownUrl === undefined)
      return "Not connected yet, and no address to sign in at so far. Call this tool again.";
    return `Not signed in yet. Open this address in a browser and sign in, then call this tool again: ${this.#shownUrl}`;
  }
}

function say(pending: PendingRequest, text: string, isError = false): void {
  pending.answer(
    resultAnswer(pending.id, { content: [{ type: "text", text }], ...(isError ? { isError } : {}) }),
  );
}
