// Which authorities a TLS connection trusts, and which client certificate it shows.
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { Failure } from "../core/failure.ts";
import type { NetworkSettings } from "../core/settings.ts";
import { printable } from "../core/text.ts";

/** What Node 22.15 added; absent in Node 20's types and at run time. */
interface SystemAuthorities {
  getCACertificates?(type: "default" | "system"): string[];
}

export interface Trust {
  /** For new connections. `undefined`: Node's own default, which costs least. */
  context(): tls.SecureContext | undefined;
  /**
   * Adds the system's certificate store to what `context` gives. Done only after a certificate of an unknown
   * authority was met: reading the store costs up to a second on some systems. False: nothing was gained.
   */
  addSystemStore(): boolean;
  /** Was it added, and not empty? */
  system(): boolean;
}

/** Node's roots, `NODE_EXTRA_CA_CERTS` and `--ca-file`, together. */
export function createTrust(network: NetworkSettings, env: NodeJS.ProcessEnv): Trust {
  let system: readonly string[] | undefined;
  let built: tls.SecureContext | undefined;
  const plain = network.extraCa === undefined && network.clientCert === undefined;
  return {
    context() {
      if (plain && system === undefined) return undefined;
      built ??= build(network, env, system);
      return built;
    },
    system: () => system !== undefined && system.length > 0,
    addSystemStore() {
      if (system !== undefined) return false;
      system = (tls as SystemAuthorities).getCACertificates?.("system") ?? [];
      if (system.length > 0) built = undefined;
      return system.length > 0;
    },
  };
}

function build(
  network: NetworkSettings,
  env: NodeJS.ProcessEnv,
  system: readonly string[] = [],
): tls.SecureContext {
  const options: tls.SecureContextOptions = {};
  // A list replaces Node's own, so say that again. Without one, NODE_EXTRA_CA_CERTS is Node's business.
  if (network.extraCa !== undefined || system.length > 0) {
    options.ca = [...defaults(env), ...system, ...(network.extraCa === undefined ? [] : [network.extraCa])];
  }
  if (network.clientCert !== undefined) options.cert = network.clientCert;
  if (network.clientKey !== undefined) options.key = network.clientKey.reveal();
  try {
    return tls.createSecureContext(options);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new Failure(
      "NETWORK_TLS",
      `The given certificates or key cannot be used (${printable(code, 80)}).`,
      {
        hint: "Check the PEM files of --ca-file, --client-cert and --client-key; certificate and key must belong together.",
        received: "no",
        cause: error,
      },
    );
  }
}

function defaults(env: NodeJS.ProcessEnv): readonly string[] {
  const known = (tls as SystemAuthorities).getCACertificates?.("default");
  if (known !== undefined) return known;
  const file = env.NODE_EXTRA_CA_CERTS;
  if (file === undefined || file === "") return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, readFileSync(file, "utf8")];
  } catch {
    // Node itself warns about an unreadable file at its start and goes on without.
    return tls.rootCertificates;
  }
}
