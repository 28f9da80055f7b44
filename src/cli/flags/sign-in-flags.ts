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
  { usage: "--scope <scopes>", description: "ask for these scopes instead of those the server names" },
  {
    usage: "--resource <uri>",
    description: "the resource indicator to send, word for word",
    parse: resourceUri,
    conflicts: "disableResourceParameter",
  },
  {
    usage: "--disable-resource-parameter",
    description: "send no resource indicator, for issuers that refuse it",
  },
  {
    usage: "--authorize-param <name=value>",
    description: "add this to the authorization request; repeatable",
    parse: authorizeParam,
  },
  { usage: "--issuer <url>", description: "sign in at this issuer", parse: issuerIdentifier },
  {
    usage: "--trust-issuer <url=url>",
    description: "accept metadata of the first issuer that names the second one",
    parse: trustedIssuer,
  },
  {
    usage: "--allow-missing-pkce-metadata",
    description: "accept an issuer that does not announce PKCE S256",
  },
  { usage: "--use-id-token", description: "send the ID token instead of the access token" },
  {
    usage: "--host <name>",
    description: "host of the redirect address",
    preset: "localhost",
    parse: hostName,
  },
  {
    usage: "--callback-path <path>",
    description: "path of the redirect address",
    preset: "/oauth/callback",
    parse: callbackPath,
  },
  {
    usage: "--callback-bind <address>",
    description: "listen for the redirect here (containers), not only on loopback",
  },
  {
    usage: "--auth-timeout <seconds>",
    description: "how long a sign-in may take",
    parse: seconds,
    preset: 300_000,
    presetText: "300",
  },
  { usage: "--no-browser", description: "open no browser, print the URL" },
  {
    usage: "--auth-success-url <url>",
    description: "where the browser goes after a finished sign-in",
    parse: endpointUrl,
  },
  {
    usage: "--allow-private-network",
    description: "accept sign-in metadata on private addresses although the server is not on one",
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
