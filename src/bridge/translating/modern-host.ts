// A modern host: what it says goes to the remote as it is, or, where the remote speaks the other era or cannot be reached
// yet, to the bridge as a legacy host would say it.

import {
  isObject,
  type Message,
  type MessageId,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  readMessage,
} from "../../core/mcp/message.ts";
import { errorAnswer } from "../../core/mcp/rpc-error.ts";
import type { Effect } from "../era/effects.ts";
import { STATE_MS } from "../era/host-calls.ts";
import { HostDialogue } from "../era/host-dialogue.ts";
import { META, metaOf } from "../era/modern-meta.ts";
import { modernResponse } from "../era/to-legacy.ts";
import { isLegacyNotification } from "../era/to-modern.ts";
import { factsOfHost } from "../host/known-hosts.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import type { MessageOrigin } from "../messages/outbound-message.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { RemoteEra } from "./remote-era.ts";

export interface ModernHostOptions extends BridgeContext {
  readonly remoteEra: RemoteEra;
  readonly bridgeRequests: BridgeRequests;
  readonly sendToHost: (message: Buffer) => void;
  /** Gives the bridge a message. @returns undo: the request is no longer waited for, and gets no answer */
  readonly accept: (message: Message, origin: MessageOrigin) => () => void;
  /** Tools that are the bridge's own. */
  readonly isOwnTool: (request: RequestMessage) => boolean;
}

export class ModernHost {
  readonly #options: ModernHostOptions;
  readonly #dialogue: HostDialogue;
  /** What the dialogue wants is done in its order. */
  readonly #effects: Effect[] = [];
  #isActing = false;
  /** Of the host's messages that are with a remote of its era. */
  readonly #undo = new Set<() => boolean>();

  constructor(options: ModernHostOptions) {
    this.#options = options;
    const { bridgeRequests, random, clock, lifetime } = options;
    this.#dialogue = new HostDialogue({
      nextId: () => bridgeRequests.nextId(),
      newState: () => random.token(32),
      nowMs: () => clock.monotonicMs(),
    });
    lifetime.addEventListener("abort", () => this.#act(this.#dialogue.end()), { once: true });
    const expire = (): void => {
      if (lifetime.aborted) return;
      this.#act(this.#dialogue.expire());
      clock.after(STATE_MS / 10, expire);
    };
    clock.after(STATE_MS / 10, expire);
    options.remoteEra.prefer("modern");
  }

  /** A message of the host. */
  take(message: Message): void {
    if (message.kind === "request") this.#onRequest(message);
    else if (message.kind === "notification") this.#onNotification(message);
    // This era has no requests to a host, and so no answers of one.
    else this.#options.diagnostics.event("host.answer.dropped");
  }

  /** What the bridge has to say to a legacy host. */
  fromBridge(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message.kind === "request" || message.kind === "notification")
      this.#act(this.#dialogue.fromRemote(message));
    else this.#options.sendToHost(bytes);
  }

  /** The host goes on in the other era: it waits for nothing that it asked in this one. */
  leave(): void {
    this.#dialogue.leave();
    for (const undo of this.#undo) undo();
  }

  #onRequest(message: RequestMessage): void {
    const isProbe = message.method === "server/discover" && factsOfHost(nameOf(message)).fallsBack === true;
    if (isProbe) this.#probe(message);
    else if (this.#isDirect(message)) this.#direct(message);
    else this.#act(this.#dialogue.request(message));
  }

  /** A host that speaks both eras is better served in the remote's own, and as a legacy one while nobody can reach it. */
  #probe(message: RequestMessage): void {
    const { clock, sendToHost, remoteEra } = this.#options;
    const refuse = (): void => sendToHost(errorAnswer(message.id, -32601, "Method not found"));
    if (remoteEra.only === "legacy" || !this.#isDirect(message)) {
      refuse();
      return;
    }
    const direct = this.#direct(message, refuse);
    clock.after(PROBE_MS, () => {
      if (direct.undo()) refuse();
    });
  }

  #isDirect(message: RequestMessage): boolean {
    return this.#isRemoteMet && !this.#options.isOwnTool(message) && !this.#dialogue.isAgain(message);
  }

  /** May it be heard in its own era? */
  get #isRemoteMet(): boolean {
    const { remoteEra, session } = this.#options;
    return remoteEra.only !== "legacy" && !session.isAwaited;
  }

  /** @param otherwise answers the message when the remote does not. @returns how to take it back; true: it was not answered */
  #direct(
    message: RequestMessage,
    otherwise = () => this.#act(this.#dialogue.request(message)),
  ): { readonly undo: () => boolean } {
    const { accept, sendToHost } = this.#options;
    let isOpen = true;
    const end = (): boolean => {
      const wasOpen = isOpen;
      isOpen = false;
      this.#undo.delete(undo);
      return wasOpen;
    };
    const undo = (): boolean => {
      const wasOpen = end();
      cancel();
      return wasOpen;
    };
    this.#undo.add(undo);
    const cancel = accept(message, {
      onAnswer: (answer, response) => {
        end();
        sendToHost(response === undefined ? asModern(message, answer) : answer);
      },
      onMessage: ({ bytes }) => sendToHost(bytes),
      modern: {
        handBack: () => {
          if (undo()) otherwise();
        },
      },
    });
    return { undo };
  }

  #onNotification(message: NotificationMessage): void {
    const isCancel = message.method === "notifications/cancelled";
    const effects = isCancel && message.requestId ? this.#dialogue.cancel(message.requestId.key) : undefined;
    if (effects !== undefined) this.#act(effects);
    // What is left to be cancelled is with a remote of the host's era, or nowhere.
    else if (isCancel || this.#isRemoteMet)
      this.#options.accept(message, { ...NOBODY, modern: { handBack: () => undefined } });
    else if (!isLegacyNotification(message.method)) this.#options.accept(message, NOBODY);
  }

  #act(effects: readonly Effect[]): void {
    this.#effects.push(...effects);
    if (this.#isActing) return;
    this.#isActing = true;
    try {
      for (let next = this.#effects.shift(); next !== undefined; next = this.#effects.shift())
        if (next.to === "host") this.#options.sendToHost(next.message.bytes);
        else this.#tell(next.message);
    } finally {
      this.#isActing = false;
    }
  }

  #tell(message: Message): void {
    if (message.kind !== "request") {
      this.#options.accept(message, NOBODY);
      return;
    }
    const { key } = message.id;
    this.#options.accept(message, {
      onAnswer: (answer, response) => this.#act(this.#dialogue.answered(key, asResponse(answer, response))),
      onMessage: (one) => this.#act(this.#dialogue.fromRemote(one, key)),
    });
  }
}

/** Such hosts wait a second for the answer, and longer for that of `initialize`. */
const PROBE_MS = 400;

const NOBODY: MessageOrigin = { onAnswer: () => undefined, onMessage: () => undefined };

function nameOf(message: RequestMessage): string {
  const info = metaOf(message)[META.clientInfo];
  return isObject(info) && typeof info.name === "string" ? info.name : "";
}

/** @param read it, perhaps, already: a large one is read in parts */
function asResponse(bytes: Buffer, read?: ResponseMessage): ResponseMessage {
  if (read?.bytes === bytes) return read;
  const found = readMessage(bytes);
  if (found.kind !== "response") throw new TypeError("not a response");
  return found;
}

function asModern({ method, id }: { method: string; id: MessageId }, answer: Buffer): Buffer {
  return modernResponse(method, asResponse(answer), id).bytes;
}
