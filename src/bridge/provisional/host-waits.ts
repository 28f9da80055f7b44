// How long a host is left waiting before it is answered in the remote's place.

import type { RequestMessage } from "../../core/mcp/message.ts";
import type { SessionSettings } from "../../core/settings.ts";
import { hostFacts } from "../host/known-hosts.ts";

/** Milliseconds from the start of the process: hosts count from there, too. */
export interface HostWaits {
  /** The handshake, when a person is needed or the remote is down: there is nothing more to wait for. */
  readonly expectedMs: number;
  /** The handshake, whatever happens: what a slow remote can really do is worth some waiting. */
  readonly handshakeMs: number;
  /** The first list of tools, when a person is needed or the remote is down. */
  readonly expectedListMs: number;
  /** The first list of tools, whatever happens. */
  readonly listMs: number;
}

/** A request that only a session can answer, from its arrival. Hosts show its failure and go on. */
export const REQUEST_MS = 8_000;
/** Prompts and resources, when the remote wants other credentials: what a renewal of the grant takes. */
export const RENEWAL_MS = 1_000;

const EXPECTED_MS = 2_000;
const HANDSHAKE_MS = 8_000;
const LIST_MS = 8_000;
/** Hosts say `initialize` at once; one that comes later than this counts from then. */
const PROMPT_MS = 1_000;
/** What a remote that nothing is wrong with gets for each of handshake and list, however late the host comes. */
const LATE_MS = 2_000;

/**
 * @param remembered whether earlier runs remember the tools: then there is something to answer soon
 * @param arrivedMs when `initialize` came, from the start of the process
 */
export function hostWaits(
  initialize: RequestMessage | undefined,
  { handshakeWaitMs, listWaitMs }: SessionSettings,
  remembered: boolean,
  arrivedMs: number,
): HostWaits {
  const facts = hostFacts(initialize);
  const known = { ...facts, ...(remembered ? facts.remembered : {}) };
  const handshakeMs = handshakeWaitMs ?? known.handshakeMs ?? HANDSHAKE_MS;
  const listMs = listWaitMs ?? known.listMs ?? LIST_MS;
  const isLate = arrivedMs > PROMPT_MS;
  return {
    // Who asks for a longer wait wants the person to be waited for.
    expectedMs: handshakeWaitMs ?? Math.min(EXPECTED_MS, handshakeMs),
    handshakeMs: isLate ? Math.max(handshakeMs, arrivedMs + LATE_MS) : handshakeMs,
    expectedListMs: listMs,
    listMs: isLate ? Math.max(listMs, arrivedMs + 2 * LATE_MS) : listMs,
  };
}
