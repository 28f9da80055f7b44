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
  /** The first list of tools. */
  readonly listMs: number;
}

/** A request that only a session can answer, from its arrival. Hosts show its failure and go on. */
export const REQUEST_MS = 8_000;

const EXPECTED_MS = 2_000;
const HANDSHAKE_MS = 8_000;
const LIST_MS = 8_000;

/** @param remembered whether earlier runs remember the tools: then there is something to answer soon */
export function hostWaits(
  initialize: RequestMessage | undefined,
  { handshakeWaitMs, listWaitMs }: SessionSettings,
  remembered: boolean,
): HostWaits {
  const facts = hostFacts(initialize);
  const known = { ...facts, ...(remembered ? facts.remembered : {}) };
  const handshakeMs = handshakeWaitMs ?? known.handshakeMs ?? HANDSHAKE_MS;
  return {
    // Who asks for a longer wait wants the person to be waited for.
    expectedMs: handshakeWaitMs ?? Math.min(EXPECTED_MS, handshakeMs),
    handshakeMs,
    listMs: listWaitMs ?? known.listMs ?? LIST_MS,
  };
}
