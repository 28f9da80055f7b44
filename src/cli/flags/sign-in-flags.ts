import type { AuthSettings, TrustedIssuer } from "../../core/settings.ts";
import { Option } from "../commander.ts";
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

export const signInFlags = (): Option[] => [
  new Option("--scope <scopes>", "ask for these scopes instead of those the server names"),
  new Option("--resource <uri>", "the resource indicator to send, word for word")
    .argParser(resourceUri)
    .conflicts("disableResourceParameter"),
  new Option("--disable-resource-parameter", "send no resource indicator, for issuers that refuse it"),
  new Option("--authorize-param <name=value>", "add this to the authorization request; repeatable").argParser(
    authorizeParam,
  ),
  new Option("--issuer <url>", "sign in at this issuer").argParser(issuerIdentifier),
  new Option(
    "--trust-issuer <url=url>",
    "accept metadata of the first issuer that names the second one",
  ).argParser(trustedIssuer),
  new Option("--allow-missing-pkce-metadata", "accept an issuer that does not announce PKCE S256"),
  new Option("--use-id-token", "send the ID token instead of the access token"),
  new Option("--host <name>", "host of the redirect address").default("localhost").argParser(hostName),
  new Option("--callback-path <path>", "path of the redirect address")
    .default("/oauth/callback")
    .argParser(callbackPath),
  new Option("--callback-bind <address>", "listen for the redirect here instead of on loopback (containers)"),
  new Option("--auth-timeout <seconds>", "how long a sign-in may take")
    .argParser(seconds)
    .default(300_000, "300"),
  new Option("--no-browser", "open no browser, print the URL"),
  new Option("--auth-success-url <url>", "where the browser goes after a finished sign-in").argParser(
    endpointUrl,
  ),
  new Option(
    "--allow-private-network",
    "accept sign-in metadata on private addresses although the server is not on one",
  ),
];

export function readSignIn(
  flags: SignInFlags,
  callbackPort: number | undefined,
): Omit<
  AuthSettings,
  "staticClient" | "clientMetadata" | "clientMetadataUrl" | "registrationToken" | "grantType"
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
