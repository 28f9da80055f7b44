import path from "node:path";
import { Failure } from "../core/failure.ts";
import { parseRemoteUrl } from "../core/remote-url.ts";
import { Secret } from "../core/secret.ts";
import type { Settings } from "../core/settings.ts";
import { dataFolder } from "../platform/data-folder.ts";
import { readStaticClient } from "./client-info.ts";
import { type PathContext, readFlagFile, resolvePath } from "./files.ts";
import { parseHeader, readHeaderFile } from "./headers.ts";
import { readJsonArgument } from "./json-argument.ts";
import type { ConnectionOptions } from "./options.ts";

/**
 * Flags and environment as one exact value.
 * @throws Failure USAGE_*
 */
export function readSettings(
  url: string,
  callbackPort: number | undefined,
  options: ConnectionOptions,
  context: PathContext,
): Settings {
  const { env } = context;
  const remote = parseRemoteUrl(url, options.allowHttp === true);
  const headers = [
    ...(options.headerFile ?? []).flatMap((file) => readHeaderFile(file, context)),
    ...(options.header ?? []).map((text) => parseHeader(text, env, "--header")),
  ];
  return {
    remote,
    headers,
    auth: {
      redirect: {
        host: options.host,
        path: "/oauth/callback",
        ...(callbackPort !== undefined && { port: callbackPort }),
      },
      ...clientSettings(options, context),
      ...(options.resource !== undefined && { resource: options.resource }),
      omitResource: false,
      ...(options.scope !== undefined && { scope: options.scope }),
      authorizeParams: [],
      allowMissingPkceMetadata: false,
      useIdToken: false,
      signInTimeoutMs: options.authTimeout,
      openBrowser: true,
      allowPrivateNetwork: false,
      grantType: { kind: "authorization_code" },
    },
    store: {
      kind: options.store,
      folder:
        options.configDir === undefined ? defaultFolder(context) : resolvePath(options.configDir, context),
      profile: "default",
      ...(env.DRAWBRIDGE_VAULT_KEY !== undefined && {
        key: new Secret(env.DRAWBRIDGE_VAULT_KEY),
      }),
    },
    network: {
      ...(options.caFile !== undefined && {
        extraCa: readAuthorities(options.caFile, context),
      }),
      ipv4Only: false,
      useProxy: true,
      connectTimeoutMs: 10_000,
      headersTimeoutMs: 300_000,
      bodyTimeoutMs: 0,
      maxMessageBytes: 256 * 1024 * 1024,
      cookies: true,
    },
    diagnostics: {
      debug: options.debug === true,
      silent: options.silent === true,
    },
    session: {
      transport: "http-first",
      handshakeWaitMs: 8_000,
      listWaitMs: 45_000,
      provisional: true,
      tools: { ignore: [], readOnly: false },
    },
  };
}

function clientSettings(options: ConnectionOptions, context: PathContext) {
  const { staticOauthClientInfo: info, staticOauthClientMetadata: metadata, clientMetadataUrl } = options;
  return {
    ...(info !== undefined && {
      staticClient: readStaticClient(readJsonArgument("--static-oauth-client-info", info, context)),
    }),
    clientMetadata:
      metadata === undefined ? {} : readJsonArgument("--static-oauth-client-metadata", metadata, context),
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
  };
}

function readAuthorities(file: string, context: PathContext): string {
  const text = readFlagFile("--ca-file", file, context);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new Failure("USAGE_BAD_ARGUMENT", "--ca-file: the file holds no PEM certificate.", {
      hint: "A PEM file has lines that say BEGIN CERTIFICATE. Convert others with: openssl x509 -inform der -in ca.cer -out ca.pem",
    });
  }
  return text;
}

function defaultFolder({ env, platform }: PathContext): string {
  const folder = dataFolder(env, platform);
  if (!path.isAbsolute(folder)) {
    throw new Failure("USAGE_BAD_ARGUMENT", "There is no home folder to keep anything in.", {
      hint: "Give a folder with --config-dir.",
    });
  }
  return folder;
}
