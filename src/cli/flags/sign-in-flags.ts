import type { AuthSettings, TrustedIssuer } from "../../core/settings.ts";
import type { Flag } from "./flag.ts";
import {
  authorizeParam,
  callbackPath,
  endpointUrl,
  hostName,
  issuerIdentifier,
  resourceUri,
  seconds,
  trustedIssuer,
} from "./values.ts";

export interface SignInFlags {
  readonly scope?: string;
  readonly resource?: string;
  readonly disableResourceParameter?: boolean;
  readonly authorizeParam?: readonly (readonly [string, string])[];
  readonly issuer?: string;
  readonly trustIssuer?: TrustedIssuer;
  readonly allowMissingPkceMetadata?: boolean;
  readonly useIdToken?: boolean;
  readonly host: string;
  readonly callbackPath: string;
  readonly callbackBind?: string;
  readonly authTimeout: number;
  readonly browser: boolean;
  readonly authSuccessUrl?: URL;
  readonly allowPrivateNetwork?: boolean;
}

export const signInFlags: readonly Flag[] = [
  { usage: "--scope <scopes>" },
  {
    usage: "--resource <uri>",
    parse: resourceUri,
    conflicts: "disableResourceParameter",
  },
  {
    usage: "--disable-resource-parameter",
  },
  {
    usage: "--authorize-param <name=value>",
    parse: authorizeParam,
  },
  { usage: "--issuer <url>", parse: issuerIdentifier },
  {
    usage: "--trust-issuer <url=url>",
    parse: trustedIssuer,
  },
  {
    usage: "--allow-missing-pkce-metadata",
  },
  { usage: "--use-id-token" },
  {
    usage: "--host <name>",
    preset: "localhost",
    parse: hostName,
  },
  {
    usage: "--callback-path <path>",
    preset: "/oauth/callback",
    parse: callbackPath,
  },
  {
    usage: "--callback-bind <address>",
  },
  {
    usage: "--auth-timeout <seconds>",
    parse: seconds,
    preset: 300_000,
    presetText: "300",
  },
  { usage: "--no-browser" },
  {
    usage: "--auth-success-url <url>",
    parse: endpointUrl,
  },
  {
    usage: "--allow-private-network",
  },
];

export function readSignIn(
  flags: SignInFlags,
  callbackPort: number | undefined,
): Omit<
  AuthSettings,
  "staticClient" | "clientMetadata" | "clientMetadataUrl" | "registrationToken" | "grantType" | "givenIssuer"
> {
  return {
    redirect: {
      host: flags.host,
      path: flags.callbackPath,
      ...(callbackPort !== undefined && { port: callbackPort }),
      ...(flags.callbackBind !== undefined && { bind: flags.callbackBind }),
    },
    ...(flags.resource !== undefined && { resource: flags.resource }),
    omitResource: flags.disableResourceParameter === true,
    ...(flags.scope !== undefined && { scope: flags.scope }),
    authorizeParams: flags.authorizeParam ?? [],
    ...(flags.issuer !== undefined && { issuer: flags.issuer }),
    ...(flags.trustIssuer !== undefined && { trustIssuer: flags.trustIssuer }),
    allowMissingPkceMetadata: flags.allowMissingPkceMetadata === true,
    useIdToken: flags.useIdToken === true,
    signInTimeoutMs: flags.authTimeout,
    openBrowser: flags.browser,
    ...(flags.authSuccessUrl !== undefined && { successUrl: flags.authSuccessUrl }),
    allowPrivateNetwork: flags.allowPrivateNetwork === true,
  };
}
