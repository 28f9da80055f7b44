// Which authorities a TLS connection trusts, and which client certificate it sends.
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { NetworkSettings } from "../../core/settings.ts";
import { printable } from "../../core/text/printable.ts";

/** What Node 22.15 added; absent in Node 20's types and at run time. */
interface SystemAuthorities {
  getCACertificates?(type: "system"): string[];
}

/**
 * Node's roots, `NODE_EXTRA_CA_CERTS` and `--ca-file`, together. `isLate`: `NODE_EXTRA_CA_CERTS` was set after Node had read
 * it, so Node's own default lacks it.
 */
export class TlsTrust {
  readonly #network: NetworkSettings;
  readonly #env: NodeJS.ProcessEnv;
  readonly #isLate: boolean;
  #system: readonly string[] | undefined;
  /** With the client certificate, and without. */
  readonly #built = new Map<boolean, tls.SecureContext>();

  constructor(network: NetworkSettings, env: NodeJS.ProcessEnv, isLate = false) {
    this.#isLate = isLate;
    this.#network = network;
    this.#env = env;
  }

  /**
   * For new connections. `undefined`: Node's own default, which costs least.
   * @param certified with the client certificate
   */
  context(certified: boolean): tls.SecureContext | undefined {
    const isPlain = this.#network.extraCa === undefined && !certified && this.#system === undefined;
    if (isPlain && !this.#isLate) return undefined;
    const { clientCert: _, clientKey: __, ...open } = this.#network;
    const context =
      this.#built.get(certified) ??
      build(certified ? this.#network : open, this.#env, this.#isLate, this.#system);
    this.#built.set(certified, context);
    return context;
  }

  /**
   * Adds the system's certificate store to what `context` gives. Done only after a certificate of an unknown
   * authority was met: reading the store costs up to a second on some systems. False: nothing was gained.
   */
  addSystemStore(): boolean {
    if (this.#system !== undefined) return false;
    this.#system = (tls as SystemAuthorities).getCACertificates?.("system") ?? [];
    if (this.hasSystem) this.#built.clear();
    return this.hasSystem;
  }

  /** Was it added, and not empty? */
  get hasSystem(): boolean {
    return this.#system !== undefined && this.#system.length > 0;
  }
}

function build(
  network: NetworkSettings,
  env: NodeJS.ProcessEnv,
  isLate: boolean,
  system: readonly string[] = [],
): tls.SecureContext {
  const options: tls.SecureContextOptions = {};
  if (network.clientCert !== undefined) options.cert = network.clientCert;
  if (network.clientKey !== undefined) options.key = network.clientKey.reveal();
  const extra = network.extraCa === undefined ? system : [...system, network.extraCa];
  try {
    // Node takes text without a certificate for an empty list.
    if (network.extraCa?.includes("-----BEGIN ") === false) throw new Error("no certificate in it");
    const context = tls.createSecureContext(options);
    if ((extra.length === 0 && !isLate) || added(context, [...fromEnvironment(env), ...extra]))
      return context;
    const ca = [...tls.rootCertificates, ...fromEnvironment(env), ...extra];
    return tls.createSecureContext({ ...options, ca });
  } catch (error) {
    const code = printable(codeOf(error) ?? "unreadable", 80);
    throw new Failure("NETWORK_TLS", `The given certificates or key cannot be used (${code}).`, {
      hint: "Check the PEM files of --ca-file, --client-cert and --client-key; certificate and key must belong together.",
      received: "no",
      cause: error,
    });
  }
}

/**
 * Adds to Node's built-in authorities. The documented way, a `ca` list, replaces them, and saying all of them again
 * parses 140 certificates: 18 ms of every start instead of 1. False: this Node cannot.
 */
function added(context: tls.SecureContext, certificates: readonly string[]): boolean {
  const native: { addCACert?: unknown } = context.context ?? {};
  if (typeof native.addCACert !== "function") return false;
  for (const pem of certificates) native.addCACert(pem);
  return true;
}

/** NODE_EXTRA_CA_CERTS: Node itself has it in its default store only, which is left when anything is added. */
function fromEnvironment(env: NodeJS.ProcessEnv): readonly string[] {
  const file = env.NODE_EXTRA_CA_CERTS;
  if (file === undefined || file === "") return [];
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    // Node has warned about an unreadable file at its start, and goes on without.
    return [];
  }
}
