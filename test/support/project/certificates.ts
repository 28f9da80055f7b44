// Certificates for TLS tests: a private authority, and what it signs. Made anew in each run, never trusted by a system.
import { generate } from "selfsigned";

/** PEM texts. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface LeafOptions {
  /** DNS names. Default `localhost`. */
  readonly names?: readonly string[];
  /** IP addresses. Default 127.0.0.1 and ::1. */
  readonly addresses?: readonly string[];
  /** Absolute. Default: valid for a day. */
  readonly notAfter?: Date;
  /** `client`: for a client certificate. Default `server`. */
  readonly use?: "server" | "client";
}

const DAY_MS = 86_400_000;

/** A certificate authority of its own. `name` is its common name. */
export async function createAuthority(name = "Test Authority"): Promise<KeyPair> {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: yesterday(),
    notAfterDate: tomorrow(),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      {
        name: "keyUsage",
        keyCertSign: true,
        cRLSign: true,
        digitalSignature: true,
        critical: true,
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** A certificate for a server (or a client), signed by `authority`. */
export async function createLeaf(authority: KeyPair, options: LeafOptions = {}): Promise<KeyPair> {
  const names = options.names ?? ["localhost"];
  const addresses = options.addresses ?? ["127.0.0.1", "::1"];
  const client = options.use === "client";
  const notAfter = options.notAfter ?? tomorrow();
  const made = await generate([{ name: "commonName", value: names[0] ?? "leaf" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Math.min(yesterday().getTime(), notAfter.getTime() - DAY_MS)),
    notAfterDate: notAfter,
    ca: authority,
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: !client, clientAuth: client },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** A self-signed certificate for `localhost` and the loopback addresses. */
export async function createSelfSigned(): Promise<KeyPair> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: yesterday(),
    notAfterDate: tomorrow(),
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

function yesterday(): Date {
  return new Date(Date.now() - DAY_MS);
}

function tomorrow(): Date {
  return new Date(Date.now() + DAY_MS);
}
