// Notices what no error reports: that the computer slept, and that the other end is gone without a word (NET-6).

import { Deadline } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { drain } from "../transport/body-reader.ts";
import type { Probe, RemoteHttp } from "../transport/remote-http.ts";

export interface WatchdogOptions extends BridgeContext {
  readonly remote: RemoteHttp;
  /** Undefined: there is nobody to ask yet. */
  readonly probe: () => Probe | undefined;
  /** Requests of the host that wait for the remote now. */
  readonly pending: () => number;
  /** Asks the session once whether it still lives; renews it, and the token, where it must. */
  readonly check: () => void;
}

const LOOK_MS = 5_000;
/** Clocks are corrected by less than this; a computer that sleeps is away for longer. */
const JUMP_MS = 30_000;
/**
 * A remote that has said nothing for so long, while somebody waits, is asked whether it is there. Twice as long each time that
 * it only accepted a connection: one that is busy with a call in its only thread takes none of them up, and few may wait.
 */
const SILENCE_MS = 30_000;
const PROBE_MS = 10_000;
/** All bridges of a computer wake in one instant; their checks are spread over so long. */
const SPREAD_MS = 3_000;

/** Looks now and then, until the bridge stops. */
export function startWatchdog(options: WatchdogOptions): void {
  const { remote, session, clock, diagnostics, lifetime } = options;
  let wallMs = clock.nowMs();
  let monotonicMs = clock.monotonicMs();
  let quietSinceMs = monotonicMs;
  let patienceMs = SILENCE_MS;
  let { heard, accepted } = remote;
  let probing = false;

  function look(): void {
    if (lifetime.aborted) return;
    const nowMs = clock.monotonicMs();
    const jumpMs = clock.nowMs() - wallMs - (nowMs - monotonicMs);
    wallMs = clock.nowMs();
    monotonicMs = nowMs;
    // Asleep, some systems stop one clock and some stop both, but then this timer is late.
    if (Math.abs(jumpMs) > JUMP_MS) onWake(jumpMs);
    else lookForSilence(nowMs);
    clock.after(LOOK_MS, look);
  }

  function onWake(jumpMs: number): void {
    diagnostics.event("watchdog.woke", { ms: Math.round(jumpMs) });
    remote.drop(
      new Failure("NETWORK_RESET", "The computer slept, and the connection to the server was lost."),
    );
    clock.after(options.random.fraction() * SPREAD_MS, () => {
      if (session.mcpSession !== undefined && !lifetime.aborted) options.check();
    });
  }

  function lookForSilence(nowMs: number): void {
    const isHeard = remote.heard !== heard || options.pending() === 0;
    if (isHeard) patienceMs = SILENCE_MS;
    if (isHeard || remote.accepted !== accepted) {
      ({ heard, accepted } = remote);
      quietSinceMs = nowMs;
      return;
    }
    if (nowMs - quietSinceMs < patienceMs || probing || options.probe() === undefined) return;
    probing = true;
    quietSinceMs = nowMs;
    void isThere().then((there) => {
      probing = false;
      if (there || lifetime.aborted) return;
      diagnostics.event("watchdog.gone");
      const text = "The server no longer answers, and accepts no connection.";
      remote.drop(new Failure("NETWORK_TIMEOUT", text));
    });
  }

  /** A kept-alive connection may be the dead part, so a second probe goes out on a new one. */
  async function isThere(): Promise<boolean> {
    const before = remote.accepted;
    const startedMs = clock.monotonicMs();
    if (await probe()) return true;
    if (remote.accepted === before) {
      remote.dropIdle();
      // Whoever is refused at once may be met by a server that is only starting anew.
      await clock.sleep(startedMs + PROBE_MS - clock.monotonicMs(), lifetime).catch(() => undefined);
      if (lifetime.aborted || (await probe())) return true;
    }
    patienceMs *= 2;
    return remote.accepted !== before;
  }

  /** True: it answers. */
  async function probe(): Promise<boolean> {
    const { signal, cancelTimer } = new Deadline(clock, PROBE_MS, lifetime);
    try {
      // Whatever it answers, it is there.
      const asked = options.probe() ?? { mcpSession: session.mcpSession };
      const { response } = await remote.send({ ...asked, method: "POST", signal });
      void drain(response, clock);
      return true;
    } catch {
      return false;
    } finally {
      cancelTimer();
    }
  }

  clock.after(LOOK_MS, look);
}
