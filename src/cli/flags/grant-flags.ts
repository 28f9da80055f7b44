import { Failure } from "../../core/failure/failure.ts";
import type { AssertionSource, GrantTypeSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { Option } from "../commander.ts";
import { type PathContext, readFlagFile, resolvePath } from "../inputs/files.ts";
import { expandVariables } from "../inputs/variables.ts";
import { readSecret } from "./client-flags.ts";
import { endpointUrl } from "./values.ts";

export interface GrantFlags {
  readonly deviceCode?: boolean;
  readonly clientCredentials?: boolean;
  readonly tokenEndpoint?: URL;
  readonly privateKey?: string;
  readonly clientAssertion?: string;
  readonly identityAssertion?: string;
  readonly idpTokenEndpoint?: URL;
  readonly idpClientId?: string;
  readonly idpClientSecret?: string;
}

const ASSERTION = "<@file|!command|${NAME}>";

export const grantFlags = (): Option[] => [
  new Option("--device-code", "sign in on another device with a code"),
  new Option(
    "--client-credentials",
    "sign in as the client itself, without a person; name the issuer with --issuer",
  ).conflicts("deviceCode"),
  new Option(
    "--token-endpoint <url>",
    "with --client-credentials: ask here for tokens, without discovery",
  ).argParser(endpointUrl),
  new Option("--private-key <file>", "with --client-credentials: PEM or JWK key for private_key_jwt"),
  new Option(`--client-assertion ${ASSERTION}`, "with --client-credentials: workload identity"),
  new Option(
    `--identity-assertion ${ASSERTION}`,
    "ID token of your company's identity provider, exchanged for access",
  ),
  new Option(
    "--idp-token-endpoint <url>",
    "with --identity-assertion: token endpoint of that provider",
  ).argParser(endpointUrl),
  new Option("--idp-client-id <id>", "with --identity-assertion: client there"),
  new Option("--idp-client-secret <${NAME}|@file>", "with --identity-assertion: its secret"),
];

/** @throws Failure USAGE_* */
export function readGrantType(flags: GrantFlags, context: PathContext): GrantTypeSettings {
  if (flags.identityAssertion !== undefined)
    return identityAssertion(flags.identityAssertion, flags, context);
  if (flags.clientCredentials === true) {
    return {
      kind: "client_credentials",
      ...(flags.tokenEndpoint !== undefined && { tokenEndpoint: flags.tokenEndpoint }),
      ...(flags.privateKey !== undefined && {
        privateKey: new Secret(readFlagFile("--private-key", flags.privateKey, context)),
      }),
      ...(flags.clientAssertion !== undefined && {
        assertion: readAssertion("--client-assertion", flags.clientAssertion, context),
      }),
    };
  }
  if (
    flags.tokenEndpoint !== undefined ||
    flags.privateKey !== undefined ||
    flags.clientAssertion !== undefined
  ) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      "--token-endpoint, --private-key and --client-assertion go with --client-credentials.",
    );
  }
  return { kind: flags.deviceCode === true ? "device_code" : "authorization_code" };
}

function identityAssertion(text: string, flags: GrantFlags, context: PathContext): GrantTypeSettings {
  const { idpTokenEndpoint, idpClientId, idpClientSecret } = flags;
  if (idpTokenEndpoint === undefined || idpClientId === undefined) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      "--identity-assertion needs --idp-token-endpoint and --idp-client-id beside it.",
    );
  }
  return {
    kind: "identity_assertion",
    idToken: readAssertion("--identity-assertion", text, context),
    idpTokenEndpoint,
    idpClientId,
    ...(idpClientSecret !== undefined && {
      idpClientSecret: readSecret("--idp-client-secret", idpClientSecret, context),
    }),
  };
}

/** Files and commands are asked anew each time: what they give is short-lived. */
function readAssertion(flag: string, text: string, context: PathContext): AssertionSource {
  if (text.startsWith("@")) return { kind: "file", path: resolvePath(text.slice(1), context) };
  if (text.startsWith("!")) return { kind: "command", command: text.slice(1) };
  return { kind: "value", value: new Secret(expandVariables(text, context, flag)) };
}
