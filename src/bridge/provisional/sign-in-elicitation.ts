// Asks the host to open the sign-in's address, where the host can (elicitation in URL mode, 2025-11-25). Hosts show that
// while a tool is called, and cancel it unseen at any other time.

import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { type BridgeRequests, notification } from "../messages/bridge-requests.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { SessionState } from "../session/session-state.ts";
import { issuerWords } from "./issuer-words.ts";

export interface SignInElicitationOptions extends BridgeContext {
  readonly bridgeRequests: BridgeRequests;
  readonly remote: URL;
  readonly send: (message: Buffer) => void;
  /** Does the host wait for the result of a tool? */
  readonly isCalling: () => boolean;
}

interface Asked {
  readonly url: string;
  readonly elicitationId: string;
  /** Key of the request's id. */
  readonly key: string;
  readonly atMs: number;
}

/** Nobody reads an address and refuses it sooner: the host did, and did not show it. */
const UNSEEN_MS = 1_000;

export class SignInElicitation implements MessageHandler {
  readonly #options: SignInElicitationOptions;
  /** For the sign-in going on, unless the host refused it unseen. */
  #asked: Asked | undefined;

  constructor(options: SignInElicitationOptions) {
    this.#options = options;
    options.authorizer.onSignIn((signIn) => (signIn === undefined ? this.#completed() : this.#ask()));
  }

  onRequest(message: RequestMessage): boolean {
    if (message.method === "tools/call") this.#ask();
    return false;
  }

  onHostResponse(answer: ResponseMessage): boolean {
    const { bridgeRequests, clock } = this.#options;
    if (!bridgeRequests.isOwn(answer.id)) return false;
    const { result } = answer.value;
    const isAccepted = isObject(result) && result.action === "accept";
    if (
      answer.id.key === this.#asked?.key &&
      !isAccepted &&
      clock.monotonicMs() - this.#asked.atMs < UNSEEN_MS
    )
      this.#asked = undefined;
    return true;
  }

  /** However it ended: the host may close what it shows. */
  #completed(): void {
    const { elicitationId } = this.#asked ?? {};
    this.#asked = undefined;
    if (elicitationId !== undefined)
      this.#options.send(notification("notifications/elicitation/complete", { elicitationId }).bytes);
  }

  #ask(): void {
    const { session, authorizer, bridgeRequests, remote, send, isCalling, clock } = this.#options;
    const signIn = authorizer.inProgress();
    const url = signIn?.authorizationUrl;
    if (signIn === undefined || url === undefined || url === this.#asked?.url) return;
    if (session.initialized === undefined) return;
    if (!hasUrlMode(session) || !isCalling()) return;
    const elicitationId = bridgeRequests.nextId().key.slice(1);
    const request = bridgeRequests.make("elicitation/create", {
      mode: "url",
      elicitationId,
      url,
      message: `${remote.host} wants you to sign in at ${issuerWords(signIn, remote)}. mcp-drawbridge, which connects your program to it, asks you to open that sign-in page; your password goes there and nowhere else.`,
    });
    this.#asked = { url, elicitationId, key: request.id.key, atMs: clock.monotonicMs() };
    send(request.bytes);
  }
}

function hasUrlMode({ initialize }: SessionState): boolean {
  const params = initialize?.value.params;
  const capabilities = isObject(params) ? params.capabilities : undefined;
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  return isObject(elicitation) && isObject(elicitation.url);
}
