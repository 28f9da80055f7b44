import { Failure } from "../../core/failure/failure.ts";
import type { NetworkSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { type PathContext, readFlagFile } from "../inputs/files.ts";
import type { Flag } from "./flag.ts";
import { mebibytes, seconds, secondsOrZero } from "./values.ts";

export interface NetworkFlags {
  readonly caFile?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly ipv4?: boolean;
  readonly proxy: boolean;
  readonly connectTimeout: number;
  readonly headersTimeout?: number;
  readonly bodyTimeout: number;
  readonly maxMessage: number;
  readonly maxMemory: number;
  readonly disableCookies?: boolean;
}

const HEADERS_TIMEOUT_MS = 300_000;

export const networkFlags: readonly Flag[] = [
  { usage: "--ca-file <pem>", description: "also trust the certificate authorities in this file" },
  {
    usage: "--client-cert <pem>",
    description: "certificate to show to the server, and to an issuer that you name, if they ask for one",
  },
  { usage: "--client-key <pem>", description: "its private key" },
  { usage: "--ipv4", description: "connect over IPv4 only" },
  { usage: "--no-proxy", description: "ignore HTTPS_PROXY and HTTP_PROXY" },
  {
    usage: "--enable-proxy",
    description: "accepted for configurations written for mcp-remote; proxies are used anyway",
  },
  {
    usage: "--connect-timeout <seconds>",
    description: "wait for a connection",
    parse: seconds,
    preset: 10_000,
    presetText: "10",
  },
  {
    usage: "--headers-timeout <seconds>",
    description:
      "wait for the start of an answer (default: 300, and as long as it takes for tool calls; given, it counts for those, too)",
    parse: seconds,
  },
  {
    usage: "--body-timeout <seconds>",
    description: "longest gap inside an answer, 0 for none",
    parse: secondsOrZero,
    preset: 0,
    presetText: "0",
  },
  {
    usage: "--max-message <MiB>",
    description: "largest message taken from the server",
    parse: mebibytes,
    preset: 256 * 1024 * 1024,
    presetText: "256",
  },
  {
    usage: "--max-memory <MiB>",
    description: "all messages together that are unfinished or wait",
    parse: mebibytes,
    preset: 512 * 1024 * 1024,
    presetText: "512",
  },
  { usage: "--disable-cookies", description: "ignore the server's cookies" },
];

/** @throws Failure USAGE_* */
export function readNetwork(flags: NetworkFlags, context: PathContext): NetworkSettings {
  if ((flags.clientCert === undefined) !== (flags.clientKey === undefined)) {
    throw new Failure("USAGE_BAD_ARGUMENT", "--client-cert and --client-key go together.");
  }
  return {
    ...(flags.caFile !== undefined && { extraCa: readCertificates("--ca-file", flags.caFile, context) }),
    ...(flags.clientCert !== undefined && {
      clientCert: readCertificates("--client-cert", flags.clientCert, context),
    }),
    ...(flags.clientKey !== undefined && {
      clientKey: new Secret(readFlagFile("--client-key", flags.clientKey, context)),
    }),
    ipv4Only: flags.ipv4 === true,
    useProxy: flags.proxy,
    connectTimeoutMs: flags.connectTimeout,
    headersTimeoutMs: flags.headersTimeout ?? HEADERS_TIMEOUT_MS,
    ...(flags.headersTimeout !== undefined && { callHeadersTimeoutMs: flags.headersTimeout }),
    bodyTimeoutMs: flags.bodyTimeout,
    maxMessageBytes: flags.maxMessage,
    maxMemoryBytes: flags.maxMemory,
    cookies: flags.disableCookies !== true,
  };
}

function readCertificates(flag: string, file: string, context: PathContext): string {
  const text = readFlagFile(flag, file, context);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new Failure("USAGE_BAD_ARGUMENT", `${flag}: the file holds no PEM certificate.`, {
      hint: "A PEM file has a line that says BEGIN CERTIFICATE. Convert others with: openssl x509 -inform der -in ca.cer -out ca.pem",
    });
  }
  return text;
}
