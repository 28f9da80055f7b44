// The steps to a server one by one, each with its time: name, connection, certificate. For `doctor`.
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type PeerCertificate, type TLSSocket } from "node:tls";
import type { Clock } from "../../core/ports/clock.ts";
import type { NetworkSettings } from "../../core/settings.ts";
import { printable } from "../../core/text/printable.ts";
import { networkFailure } from "./http-errors.ts";
import { isAuthorityProblem } from "./tls-errors.ts";
import { TlsTrust } from "./tls-trust.ts";

export interface Certificate {
  readonly subject: string;
  /** Who signed it. */
  readonly authority: string;
  readonly validToMs: number;
  /** How many certificates the server's chain has. */
  readonly chain: number;
  /** `TLSv1.3` */
  readonly protocol: string;
}

interface Step<T> {
  readonly ms: number;
  readonly value: T;
}

export interface ConnectionSteps {
  /** @throws Failure NETWORK_DNS */
  lookUp(): Promise<Step<readonly string[]>>;
  /** @throws Failure NETWORK_REFUSED, NETWORK_TIMEOUT */
  connect(): Promise<Step<undefined>>;
  /** @throws Failure NETWORK_TLS */
  secure(): Promise<Step<Certificate>>;
}

export function connectionSteps(
  url: URL,
  network: NetworkSettings,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): ConnectionSteps {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const peer = `${url.hostname}:${port}`;
  const family = network.ipv4Only ? 4 : 0;
  const timed = async <T>(step: () => Promise<T>): Promise<Step<T>> => {
    const startedMs = clock.monotonicMs();
    try {
      const value = await step();
      return { value, ms: Math.round(clock.monotonicMs() - startedMs) };
    } catch (error) {
      const progress = { peer, proxy: undefined, connected: false, reused: false, answered: false };
      throw networkFailure(error, progress);
    }
  };
  const secureWith = (trust: TlsTrust) => {
    const secureContext = trust.context(false);
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const options = {
      host,
      port,
      family,
      ...servername,
      ...(secureContext !== undefined && { secureContext }),
    };
    return opened(connectTls(options), "secureConnect", network.connectTimeoutMs).then(certificateOf);
  };
  return {
    lookUp: () =>
      timed(async () => (await lookup(host, { all: true, family })).map(({ address }) => address)),
    connect: () =>
      timed(async () => {
        const socket = await opened(connectTcp({ host, port, family }), "connect", network.connectTimeoutMs);
        socket.destroy();
        return undefined;
      }),
    secure: () =>
      timed(async () => {
        const trust = new TlsTrust(network, env, true);
        try {
          return await secureWith(trust);
        } catch (error) {
          // As a request does it.
          if (!isAuthorityProblem(error) || !trust.addSystemStore()) throw error;
          return secureWith(trust);
        }
      }),
  };
}

function opened<S extends Socket>(socket: S, event: string, timeoutMs: number): Promise<S> {
  return new Promise((done, failed) => {
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(Object.assign(new Error("too late"), { code: "ETIMEDOUT" })),
    );
    socket.once("error", failed);
    socket.once(event, () => {
      socket.setTimeout(0);
      done(socket);
    });
  });
}

function certificateOf(socket: TLSSocket): Certificate {
  const leaf = socket.getPeerCertificate(true);
  const protocol = socket.getProtocol() ?? "TLS";
  socket.on("error", () => undefined).destroy();
  let chain = 1;
  for (
    let at = leaf;
    at.issuerCertificate !== undefined && at.issuerCertificate !== at && chain < 10;
    chain++
  )
    at = at.issuerCertificate as typeof leaf;
  return {
    subject: nameIn(leaf.subject),
    authority: nameIn(leaf.issuer),
    validToMs: Date.parse(leaf.valid_to),
    chain,
    protocol,
  };
}

function nameIn(names: PeerCertificate["subject"]): string {
  const name: unknown = names.CN ?? names.O ?? names.OU;
  return printable(typeof name === "string" ? name : "no name", 100);
}
