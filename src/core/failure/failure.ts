import { KNOWN_SECRETS } from "../text/known-secrets.ts";
import { outgoing, outgoingHint } from "../text/outgoing.ts";
import { FAILURES, type FailureCode, type FailureFamily } from "./failure-table.ts";

/** Process exit codes by family; anything that is not a `Failure` is a bug and exits 1. */
export const EXIT_CODES: Readonly<Record<FailureFamily, number>> = {
  USAGE: 2,
  NETWORK: 3,
  AUTH: 4,
  REMOTE: 5,
  LOCAL: 6,
  INTERRUPTED: 130,
};

/**
 * JSON-RPC error codes by family, for answers the bridge gives itself. They lie outside -32768..-32000,
 * whose free part the 2026-07-28 revision closes to new codes.
 */
export const RPC_CODES: Readonly<Record<FailureFamily, number>> = {
  USAGE: -31001,
  NETWORK: -31002,
  AUTH: -31003,
  REMOTE: -31004,
  LOCAL: -31005,
  INTERRUPTED: -31006,
};

export interface FailureOptions {
  /** Replaces the table's hint where the next step depends on the case. */
  readonly hint?: string;
  /** A URL for the person (authorization URL). Not for diagnostics; those go into the message. */
  readonly url?: string;
  readonly cause?: unknown;
  /**
   * Whether the other side may have received the request that failed. `"no"`: it was certainly not sent,
   * so sending again is safe. Default `"maybe"`.
   */
  readonly received?: "no" | "maybe";
  /** HTTP status that led here, when one did. */
  readonly status?: number;
  /**
   * It broke on a kept-alive connection before any byte of an answer: most likely the other side had closed it
   * while it was idle. A request that may be sent twice is worth one more try, which gets a fresh connection.
   */
  readonly idleConnection?: boolean;
}

/**
 * The one error class. `message` is one sentence without secrets, network text in it quoted and cut;
 * `code` is stable and the only thing to dispatch on.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string;
  readonly url: string | undefined;
  readonly received: "no" | "maybe";
  readonly status: number | undefined;
  readonly idleConnection: boolean;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.code = code;
    this.hint = options.hint ?? FAILURES[code];
    this.url = options.url;
    this.received = options.received ?? "maybe";
    this.status = options.status;
    this.idleConnection = options.idleConnection ?? false;
  }

  get family(): FailureFamily {
    return this.code.split("_", 1)[0] as FailureFamily;
  }

  get exitCode(): number {
    return EXIT_CODES[this.family];
  }

  /** The failure as it may be shown: every way out takes its words from here. */
  get said(): string {
    return outgoing(this.message);
  }

  /** What travels in `data` of a JSON-RPC error of ours. */
  data() {
    return {
      code: this.code,
      hint: outgoingHint(this.hint),
      docs: DOCS_BASE + this.code.toLowerCase(),
      ...(this.url !== undefined && { url: KNOWN_SECRETS.hide(this.url) }),
    };
  }
}

/** README has a heading for each code, which GitHub and npm make an anchor of by writing it in lower case. */
const DOCS_BASE = "https://www.npmjs.com/package/mcp-drawbridge#";

/** Is it this failure? For dispatch in a `catch`. */
export function isFailure(error: unknown, ...codes: FailureCode[]): error is Failure {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as a `Failure`: ours as they are, everything else as a bug report without its text. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new Failure("LOCAL_BUG", `Something unexpected happened inside mcp-drawbridge (${name}).`, {
    cause: error,
  });
}
