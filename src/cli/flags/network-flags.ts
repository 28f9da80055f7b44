import { Failure } from "../../core/failure/failure.ts";
import type { NetworkSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { Option } from "../commander.ts";
import { type PathContext, readFlagFile } from "../inputs/files.ts";
import { mebibytes, seconds, secondsOrZero } from "./values.ts";

export interface NetworkFlags {
  readonly caFile?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly ipv4?: boolean;
  readonly proxy: boolean;
  readonly connectTimeout: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly maxMessage: number;
  readonly maxMemory: number;
  readonly disableCookies?: boolean;
}

export const networkFlags = (): Option[] => [
  new Option("--ca-file <pem>", "also trust the certificate authorities in this file"),
  new Option(
    "--client-cert <pem>",
    "certificate to show to the server, and to an issuer that you name, if they ask for one",
  ),
  new Option("--client-key <pem>", "its private key"),
  new Option("--ipv4", "connect over IPv4 only"),
  new Option("--no-proxy", "ignore HTTPS_PROXY and HTTP_PROXY"),
  new Option("--enable-proxy", "accepted for configurations written for mcp-remote; proxies are used anyway"),
  new Option("--connect-timeout <seconds>", "wait for a connection").argParser(seconds).default(10_000, "10"),
  new Option("--headers-timeout <seconds>", "wait for the start of an answer to anything but a tool call")
    .argParser(seconds)
    .default(300_000, "300"),
  new Option("--body-timeout <seconds>", "longest gap inside an answer, 0 for none")
    .argParser(secondsOrZero)
    .default(0, "0"),
  new Option("--max-message <MiB>", "largest message taken from the server")
    .argParser(mebibytes)
    .default(256 * 1024 * 1024, "256"),
  new Option("--max-memory <MiB>", "all messages together that are unfinished or wait")
    .argParser(mebibytes)
    .default(512 * 1024 * 1024, "512"),
  new Option("--disable-cookies", "ignore the server's cookies"),
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
    headersTimeoutMs: flags.headersTimeout,
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
