// The tool `drawbridge_sign_in`: what a person has in hosts that show nothing but tools.

import { Deadline, within } from "../../core/deadline.ts";
import { asFailure, Failure } from "../../core/failure/failure.ts";
import type { RequestMessage, ResponseMessage } from "../../core/mcp/message.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import { outgoingHint } from "../../core/text/outgoing.ts";
import { quoted } from "../../core/text/printable.ts";
import { hostFacts } from "../host/known-hosts.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { calledTool } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { issuerWords } from "./issuer-words.ts";
import { SIGN_IN_TOOL } from "./sign-in-tool-list.ts";

export interface SignInToolOptions extends BridgeContext {
  readonly remote: URL;
  /** The first call: until the address is shown. Absent: 8 s. */
  readonly firstWaitMs: number | undefined;
  /** Later calls, when the person has the address. Absent: 45 s, which is less than hosts give a tool. */
  readonly laterWaitMs: number | undefined;
  /** Starts to connect, with a sign-in if it takes one. */
  readonly connect: () => void;
  /** Asks the remote for its tools, as a person does. @throws Failure when there is no answer */
  readonly toolNames: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Does the host still have the list with this tool alone? */
  readonly isOffered: () => boolean;
  /** Is the attempt that just failed followed by another at once? */
  readonly goesOn: (failure: Failure) => boolean;
  /** Why there is no session, if that is known. */
  readonly lastFailure: () => Failure | undefined;
}

/**
 * What the host may take to list again once it was told that the list is another one. A model whose turn begins with this
 * tool's result has the new tools only if they are there by then.
 */
const LIST_AGAIN_MS = 500;

/** What a list is given at least, when the sign-in took nearly all the time there was. */
const LIST_MS = 2_000;

/** Of a report that a model reads: the names are the remote's words. */
const MOST_NAMES = 100;
const LONGEST_NAME = 64;

export class SignInTool implements MessageHandler {
  readonly #options: SignInToolOptions;
  readonly #watchers = new Set<(failure: Failure | undefined) => void>();
  readonly #onListed = new Set<() => void>();
  #shownUrl: string | undefined;

  constructor(options: SignInToolOptions) {
    this.#options = options;
    options.session.onChange((phase) => {
      if (phase.kind !== "ready" && phase.kind !== "failed") return;
      const failure = phase.kind === "failed" ? phase.failure : undefined;
      if (failure !== undefined && options.goesOn(failure)) return;
      for (const watcher of [...this.#watchers]) watcher(failure);
      this.#watchers.clear();
    });
  }

  /** Takes the calls of the tool. The name is reserved: a remote's tool that has it is not listed. */
  onRequest(request: RequestMessage, pending: PendingRequest): boolean {
    if (calledTool(request) !== SIGN_IN_TOOL) return false;
    this.#call(pending).catch((error: unknown) => pending.fail(asFailure(error)));
    return true;
  }

  onResponse(request: RequestMessage, _response: ResponseMessage, bytes: Buffer): Buffer {
    if (request.method === "tools/list") {
      for (const listed of this.#onListed) listed();
      this.#onListed.clear();
    }
    return bytes;
  }

  /** Answers one call of the tool: waits, then reports. */
  async #call(pending: PendingRequest): Promise<void> {
    const { session, authorizer, firstWaitMs, laterWaitMs, clock } = this.#options;
    const url = authorizer.inProgress()?.authorizationUrl;
    const isShown = url !== undefined && url === this.#shownUrl;
    const waitMs = isShown ? (laterWaitMs ?? 45_000) : (firstWaitMs ?? 8_000);
    const endMs = clock.monotonicMs() + waitMs;
    if (session.mcpSession === undefined) {
      const ended = this.#outcome(waitMs);
      this.#options.connect();
      const failure = await ended;
      if (failure === "late") return say(pending, this.#notYet());
      if (failure !== undefined) return say(pending, `${failure.message} ${failure.hint}`, true);
    }
    const listed = this.#listedAgain();
    const names = await this.#toolNames(endMs);
    if (names instanceof Failure) say(pending, `${names.message} ${names.hint}`, true);
    else if (names === undefined) say(pending, this.#notYet());
    else {
      await within(clock, LIST_AGAIN_MS, listed.promise, () => undefined);
      say(pending, this.#connected(names));
    }
    this.#onListed.delete(listed.done);
  }

  /** Undefined: a person has still to sign in. A remote may ask for that inside a session, too. */
  async #toolNames(endMs: number): Promise<readonly string[] | Failure | undefined> {
    const { clock, toolNames } = this.#options;
    const deadline = new Deadline(clock, Math.max(endMs - clock.monotonicMs(), LIST_MS));
    const names = await toolNames(deadline.signal).catch(asFailure);
    deadline.cancelTimer();
    return deadline.passed ? undefined : names;
  }

  /** Resolves when the host has a list of the remote's own; at once where it has, or never asks again. */
  #listedAgain(): { readonly promise: Promise<void>; readonly done: () => void } {
    const { session, isOffered } = this.#options;
    let done = (): void => undefined;
    if (!isOffered() || hostFacts(session.initialize).neverListsAgain)
      return { promise: Promise.resolve(), done };
    const promise = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#onListed.add(done);
    return { promise, done };
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

  #connected(names: readonly string[]): string {
    const { remote, session } = this.#options;
    const shown = names.slice(0, MOST_NAMES).map((name) => quoted(name, LONGEST_NAME));
    const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
    const list = names.length === 0 ? "It lists no tools." : `Its tools: ${shown.join(", ")}${more}.`;
    const { reconnect = "reconnect (restart) this server in your program" } = hostFacts(session.initialize);
    return `${remote.host} is connected. ${list} If you do not see them, ${reconnect}.`;
  }

  #notYet(): string {
    const { authorizer, remote, lastFailure, session } = this.#options;
    const signIn = authorizer.inProgress();
    this.#shownUrl = signIn?.authorizationUrl;
    if (signIn === undefined) {
      const { message = "There is no address to sign in at so far." } = lastFailure() ?? {};
      return `${remote.host} is not connected yet: ${message} Call this tool again in a moment.`;
    }
    const { neverListsAgain, reconnect } = hostFacts(session.initialize);
    const then =
      neverListsAgain && reconnect !== undefined
        ? `call this tool again, and ${reconnect} to see the tools of ${remote.host}`
        : `call this tool again, and the tools of ${remote.host} are there`;
    return `${remote.host} wants its user to sign in at ${issuerWords(signIn, remote)}: tell the user to open this address in a browser, if it is not open there already: ${signIn.authorizationUrl} When the user has signed in, ${then}.`;
  }
}

function say(pending: PendingRequest, text: string, isError = false): void {
  pending.answer(
    resultAnswer(pending.id, {
      content: [{ type: "text", text: outgoingHint(text) }],
      ...(isError ? { isError } : {}),
    }),
  );
}
