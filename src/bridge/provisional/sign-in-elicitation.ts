// Asks the host to open the sign-in's address, where the host can (elicitation in URL mode, 2025-11-25).

import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { type BridgeRequests, notification } from "../messages/bridge-requests.ts";
import type { SessionState } from "../session/session-state.ts";

export interface SignInElicitation {
  /** The host was answered in the remote's place: as soon as it said `initialized` and there is an address, it is asked. */
  watch(): void;
  /** The host's answer; false: it answers something else. */
  onAnswer(answer: ResponseMessage): boolean;
}

export interface SignInElicitationOptions {
  readonly session: SessionState;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly bridgeRequests: BridgeRequests;
  readonly remote: URL;
  readonly send: (message: Buffer) => void;
}

/** The authorizer does not say when the address is known, so it is asked this often while there is no session. */
const LOOK_MS = 500;

export function createSignInElicitation(options: SignInElicitationOptions): SignInElicitation {
  const { session, authorizer, clock, bridgeRequests } = options;
  let asked: { readonly url: string; readonly elicitationId: string } | undefined;
  let watching = false;

  session.onChange((state) => {
    if (state.kind !== "open" || asked === undefined) return;
    const { elicitationId } = asked;
    asked = undefined;
    options.send(notification("notifications/elicitation/complete", { elicitationId }).bytes);
  });

  function look(): void {
    if (session.mcpSession !== undefined) {
      watching = false;
      return;
    }
    clock.after(LOOK_MS, look);
    const url = authorizer.inProgress()?.authorizationUrl;
    if (url === undefined || url === asked?.url || session.initialized === undefined) return;
    const elicitationId = bridgeRequests.nextId().key.slice(1);
    const request = bridgeRequests.make("elicitation/create", {
      mode: "url",
      elicitationId,
      url,
      message: `${options.remote.host} wants you to sign in. mcp-drawbridge, which connects your program to it, asks you to open its sign-in page; your password goes there and nowhere else.`,
    });
    asked = { url, elicitationId };
    options.send(request.bytes);
  }

  return {
    watch() {
      if (watching || !hasUrlMode(session)) return;
      watching = true;
      look();
    },
    onAnswer: (answer) => bridgeRequests.isOwn(answer.id),
  };
}

function hasUrlMode({ initialize }: SessionState): boolean {
  const params = initialize?.value.params;
  const capabilities = isObject(params) ? params.capabilities : undefined;
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  return isObject(elicitation) && isObject(elicitation.url);
}
