// What Node says went wrong on a connection, as a failure a person can act on.
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { isTlsError, tlsFailure } from "./tls-errors.ts";

/** How far the exchange had come. */
export interface RequestProgress {
  /** `host:port` of the other side. */
  readonly peer: string;
  /** `host:port` of the proxy between, if there is one. */
  readonly proxy: string | undefined;
  /** TCP, and TLS where there is any, was up: the request may have been sent. */
  readonly connected: boolean;
  /** It went over a connection that had served another request before. */
  readonly reused: boolean;
  /** The answer's headers had come. */
  readonly answered: boolean;
}

const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM"]);
const UNKNOWN_NAME = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);

/** Any error of an exchange, or of its body, as a `Failure`. */
export function networkFailure(error: unknown, state: RequestProgress): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  if (isTlsError(error)) return tlsFailure(error, state.peer);
  if (!state.connected) {
    if (state.proxy === undefined) return connectFailure(code, state.peer, error);
    const message = `The proxy ${state.proxy} could not be used (${code}).`;
    return new Failure("NETWORK_PROXY", message, { received: "no", cause: error });
  }
  return brokenFailure(code, state, error);
}

/** For 101: no request of ours asks for it. */
export function switchedFailure(peer: string): Failure {
  const message = `${peer} switched to another protocol, which nobody asked for (status 101).`;
  return new Failure("REMOTE_BAD_ANSWER", message, { status: 101 });
}

function connectFailure(code: string, peer: string, cause: unknown): Failure {
  const options = { received: "no", cause } as const;
  if (code === "ECONNREFUSED")
    return new Failure("NETWORK_REFUSED", `Nothing listens at ${peer} (connection refused).`, options);
  if (UNKNOWN_NAME.has(code)) {
    const what = code === "EAI_AGAIN" ? "could not be looked up: DNS does not answer" : "is not a known name";
    return new Failure("NETWORK_DNS", `The host of ${peer} ${what} (${code}).`, options);
  }
  if (UNREACHABLE.has(code)) {
    return new Failure("NETWORK_REFUSED", `${peer} is unreachable (${code}).`, {
      hint: "Check that this computer is online and that the address is right; a VPN or a firewall may block it.",
      ...options,
    });
  }
  if (code === "ETIMEDOUT")
    return new Failure("NETWORK_TIMEOUT", `${peer} could not be reached in time.`, options);
  const message = `${peer} closed the connection while it was being made (${code}).`;
  return new Failure("NETWORK_RESET", message, options);
}

function brokenFailure(code: string, state: RequestProgress, cause: unknown): Failure {
  if (code.startsWith("HPE_")) {
    return new Failure("NETWORK_RESET", `${state.peer} sent something that is not HTTP (${code}).`, {
      hint: "Check the scheme and the port: the program there does not speak HTTP, or has a fault.",
      cause,
    });
  }
  const where = state.answered ? "in the middle of its answer" : "before it answered";
  return new Failure("NETWORK_RESET", `${state.peer} closed the connection ${where} (${code}).`, {
    // A kept-alive connection that the other side had given up looks like this, and so does a crash half-way
    // through the request: the caller knows whether it may send it again.
    idleConnection: state.reused && !state.answered,
    cause,
  });
}

/** `ECONNRESET` and the like, or the error's name. Never its text, which may quote what was sent. */
function errorCode(error: unknown): string {
  return error instanceof Error ? printable(codeOf(error) ?? error.name, 60) : typeof error;
}
