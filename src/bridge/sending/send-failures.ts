// What the host is told about a message that got no answer.

import { Failure } from "../../core/failure/failure.ts";
import { retryAfterMs } from "../../core/pause.ts";
import type { OutboundMessage } from "../messages/outbound-message.ts";
import { firewallWords } from "../transport/firewall.ts";
import type { HttpError } from "../transport/transport.ts";

const FIREWALL_HINT =
  "Ask whoever runs the server to let programs through, or try from another network (VPN, proxy). A browser may get in where a program does not.";

export function httpErrorFailure(outbound: OutboundMessage, httpError: HttpError, nowMs: number): Failure {
  const { status, sentence } = httpError;
  const waitMs = retryAfterMs(httpError.retryAfter, nowMs);
  if (waitMs !== undefined && (status === 429 || status === 503)) {
    const seconds = Math.ceil(waitMs / 1_000);
    return new Failure("REMOTE_BUSY", sentence, { status, hint: `The server asks to wait ${seconds} s.` });
  }
  if (httpError.firewall !== undefined) {
    return new Failure(
      "REMOTE_HTTP_ERROR",
      `${sentence.replace(/\.$/, "")}: ${firewallWords(httpError.firewall, status)}.`,
      { status, hint: FIREWALL_HINT },
    );
  }
  if (status === 429) return new Failure("REMOTE_BUSY", sentence, { status });
  // Nothing there ever spoke MCP: most likely the address is wrong.
  if (outbound.handshake && status >= 400 && status < 500 && status !== 403 && !httpError.answer) {
    return new Failure("REMOTE_NOT_MCP", sentence, { status });
  }
  return new Failure("REMOTE_HTTP_ERROR", sentence, { status });
}

export function unknownOutcome(failure: Failure): Failure {
  return new Failure(
    failure.code,
    `${failure.message} It is unknown whether the request ran; check before you repeat it.`,
    {
      hint: failure.hint,
      cause: failure,
      ...(failure.status === undefined ? {} : { status: failure.status }),
    },
  );
}

export function noAnswer(what: string): Failure {
  return new Failure("REMOTE_NO_ANSWER", `The server ${what}; it is unknown whether the request ran.`);
}

export function tooLarge(): Failure {
  return new Failure("NETWORK_TOO_LARGE", "The server's answer was larger than allowed.");
}

export function tokenRejected(httpError: HttpError): Failure {
  return new Failure("AUTH_TOKEN_REJECTED", `${httpError.sentence} The credentials were new.`, {
    status: httpError.status,
  });
}
