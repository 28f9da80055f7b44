// Answers `initialize` in the remote's place: as soon as there is nothing to wait for, and never later than the host waits.

import { Failure } from "../../core/failure/failure.ts";
import { isObject, type RequestMessage } from "../../core/mcp/message.ts";
import { isLegacyRevision, NEWEST_LEGACY_REVISION } from "../../core/mcp/revisions.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { SessionSettings } from "../../core/settings.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { guarded } from "../messages/guard.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import type { ListCache } from "../session/list-cache.ts";
import { type HostWaits, hostWaits } from "./host-waits.ts";
import { SIGN_IN_TOOL } from "./sign-in-tool-list.ts";

export interface ProvisionalHandshakeOptions extends BridgeContext {
  readonly settings: SessionSettings;
  readonly remoteUrl: URL;
  readonly listCache: ListCache;
  /** Was there ever a connection to the remote? */
  readonly isConnected: () => boolean;
}

/** What a remote of which nothing is known may have. Each list may change: that is how the real ones arrive. */
const ANY_CAPABILITIES = { tools: {}, prompts: {}, resources: {} };

export class ProvisionalHandshake {
  readonly #options: ProvisionalHandshakeOptions;
  #waiting: { readonly initialize: RequestMessage; readonly host: PendingRequest } | undefined;
  #waits: HostWaits | undefined;
  #arrivedMs = 0;
  #cancelTimers: (() => void)[] = [];
  #isExpected = false;
  #wasAnswered = false;
  #standsIn = false;

  constructor(options: ProvisionalHandshakeOptions) {
    this.#options = options;
    options.authorizer.onSignIn((signIn) => signIn !== undefined && this.giveUp());
    options.session.onChange((phase) => {
      if (phase.kind === "ready") this.#standsIn = false;
    });
  }

  /** The host was answered here, and has not met the remote since. */
  get standsIn(): boolean {
    return this.#standsIn;
  }

  /** The host was answered here. */
  get wasAnswered(): boolean {
    return this.#wasAnswered;
  }

  /** When the first list of tools has to be answered. Milliseconds from the start of the process. */
  get listMs(): number {
    const { expectedListMs, listMs } = this.#waitsOf(this.#options.session.initialize);
    return this.#isExpected ? expectedListMs : listMs;
  }

  /** Begins to wait with the host. */
  async begin(initialize: RequestMessage, host: PendingRequest): Promise<void> {
    const { settings, clock, listCache, isConnected } = this.#options;
    if (!settings.provisional) return;
    // Whoever says it twice does not wait for the first.
    this.#waiting?.host.fail(new Failure("INTERRUPTED", "Another initialize took the place of this one."));
    this.#waiting = { initialize, host };
    this.#isExpected = false;
    this.#arrivedMs = clock.monotonicMs();
    await listCache.load();
    for (const cancel of this.#cancelTimers) cancel();
    this.#waits = undefined;
    const { expectedMs, handshakeMs } = this.#waitsOf(initialize);
    const nowMs = clock.monotonicMs();
    this.#cancelTimers = [
      clock.after(expectedMs - nowMs, () => {
        // Packets that go nowhere look like a remote that is slow.
        if (!isConnected()) this.#isExpected = true;
        if (this.#isExpected) void this.answerNow();
      }),
      clock.after(handshakeMs - nowMs, () => void this.answerNow()),
    ];
  }

  /** It is known why the remote will not answer soon: it is down, or has asked for a sign-in. */
  expect(): void {
    this.#isExpected = true;
    const { clock } = this.#options;
    if (this.#waits !== undefined && clock.monotonicMs() >= this.#waits.expectedMs) void this.answerNow();
  }

  /** A person is waited for, or the next attempts take longer and longer. Who asks for a longer wait wants all that, too. */
  giveUp(): void {
    if (this.#options.settings.handshakeWaitMs === undefined) void this.answerNow();
    else this.expect();
  }

  /** Answers now, if the host still waits. */
  async answerNow(): Promise<void> {
    const { listCache, diagnostics } = this.#options;
    await listCache.load();
    const { initialize, host } = this.#waiting ?? {};
    if (initialize === undefined || host === undefined || host.done) return;
    this.#waiting = undefined;
    this.#standsIn = true;
    this.#wasAnswered = true;
    guarded(diagnostics, [host], () => host.answer(resultAnswer(host.id, this.#result(initialize))));
  }

  #waitsOf(initialize: RequestMessage | undefined): HostWaits {
    const { settings, listCache } = this.#options;
    const remembered = listCache.list("tools/list") !== undefined;
    this.#waits ??= hostWaits(initialize, settings, remembered, this.#arrivedMs);
    return this.#waits;
  }

  /** The host's version, and what the remote said last time. */
  #result(initialize: RequestMessage): Record<string, unknown> {
    const { listCache, remoteUrl } = this.#options;
    const { params } = initialize.value;
    const asked = isObject(params) ? params.protocolVersion : undefined;
    const remembered = listCache.initialize;
    const capabilities = isObject(remembered?.capabilities) ? remembered.capabilities : ANY_CAPABILITIES;
    return {
      protocolVersion: isLegacyRevision(asked) ? asked : NEWEST_LEGACY_REVISION,
      capabilities: withListChanged({ tools: {}, ...capabilities }),
      serverInfo: isObject(remembered?.serverInfo)
        ? remembered.serverInfo
        : { name: remoteUrl.host, version: "0" },
      instructions: `${urlForPeople(remoteUrl)} is not connected yet: it waits for a sign-in, or cannot be reached. Until then its tools may be missing or answer with an error that says what to do. Call ${SIGN_IN_TOOL} to sign in.`,
    };
  }
}

/** Whatever the remote said: the bridge itself will have news of every list. */
function withListChanged(capabilities: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...capabilities };
  for (const name of Object.keys(ANY_CAPABILITIES)) {
    const own = changed[name];
    if (isObject(own)) changed[name] = { ...own, listChanged: true };
  }
  return changed;
}
