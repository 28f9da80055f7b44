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
  { usage: "--ca-file <pem>" },
  {
    usage: "--client-cert <pem>",
  },
  { usage: "--client-key <pem>" },
  { usage: "--ipv4" },
  { usage: "--no-proxy" },
  {
    usage: "--enable-proxy",
  },
  {
    usage: "--connect-timeout <seconds>",
    parse: seconds,
    preset: 10_000,
    presetText: "10",
  },
  {
    usage: "--headers-timeout <seconds>",
    parse: seconds,
  },
  {
    usage: "--body-timeout <seconds>",
    parse: secondsOrZero,
    preset: 0,
    presetText: "0",
  },
  {
    usage: "--max-message <MiB>",
    parse: mebibytes,
    preset: 256 * 1024 * 1024,
    presetText: "256",
  },
  {
    usage: "--max-memory <MiB>",
    parse: mebibytes,
    preset: 512 * 1024 * 1024,
    presetText: "512",
  },
  { usage: "--disable-cookies" },
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
