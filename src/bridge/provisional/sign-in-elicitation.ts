// Asks the host to open the sign-in's address, where the host can (elicitation in URL mode, 2025-11-25).

import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import { type BridgeRequests, notification } from "../messages/bridge-requests.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { SessionState } from "../session/session-state.ts";

export interface SignInElicitationOptions extends BridgeContext {
  readonly bridgeRequests: BridgeRequests;
  readonly remote: URL;
  readonly send: (message: Buffer) => void;
}

/** The authorizer does not say when the address is known, so it is asked this often while there is no session. */
const LOOK_MS = 500;

export class SignInElicitation implements MessageHandler {
  readonly #options: SignInElicitationOptions;
  #asked: { readonly url: string; readonly elicitationId: string } | undefined;
  #watching = false;

  constructor(options: SignInElicitationOptions) {
    this.#options = options;
    options.session.onChange((phase) => {
      if (phase.kind !== "ready" || this.#asked === undefined) return;
      const { elicitationId } = this.#asked;
      this.#asked = undefined;
      options.send(notification("notifications/elicitation/complete", { elicitationId }).bytes);
    });
  }

  /** The host was answered in the remote's place: as soon as it said `initialized` and there is an address, it is asked. */
  watch(): void {
    if (this.#watching || !hasUrlMode(this.#options.session)) return;
    this.#watching = true;
    this.#look();
  }

  onHostResponse(answer: ResponseMessage): boolean {
    return this.#options.bridgeRequests.isOwn(answer.id);
  }

  #look(): void {
    const { session, authorizer, clock, bridgeRequests, remote, send } = this.#options;
    if (session.mcpSession !== undefined) {
      this.#watching = false;
      return;
    }
    clock.after(LOOK_MS, () => this.#look());
    const url = authorizer.inProgress()?.authorizationUrl;
    if (url === undefined || url === this.#asked?.url || session.initialized === undefined) return;
    const elicitationId = bridgeRequests.nextId().key.slice(1);
    const request = bridgeRequests.make("elicitation/create", {
      mode: "url",
      elicitationId,
      url,
      message: `${remote.host} wants you to sign in. mcp-drawbridge, which connects your program to it, asks you to open its sign-in page; your password goes there and nowhere else.`,
    });
    this.#asked = { url, elicitationId };
    send(request.bytes);
  }
}

function hasUrlMode({ initialize }: SessionState): boolean {
  const params = initialize?.value.params;
  const capabilities = isObject(params) ? params.capabilities : undefined;
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  return isObject(elicitation) && isObject(elicitation.url);
}
