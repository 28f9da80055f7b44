// How somebody signs in where it is not with a browser: what the flags mean together.
import { Failure } from "../../core/failure/failure.ts";
import type { AssertionSource, GrantTypeSettings } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";
import { type PathContext, readFlagFile, resolvePath } from "./files.ts";
import { readSecret } from "./secrets.ts";
import { expandVariables } from "./variables.ts";

/** What the flags gave, each by itself. */
export interface GrantFlags {
  readonly deviceCode?: boolean;
  readonly clientCredentials?: boolean;
  readonly privateKey?: string;
  readonly clientAssertion?: string;
  readonly identityAssertion?: string;
  readonly idpTokenEndpoint?: URL;
  readonly idpClientId?: string;
  readonly idpClientSecret?: string;
}

/** @throws Failure USAGE_* */
export function readGrantType(flags: GrantFlags, context: PathContext): GrantTypeSettings {
  if (flags.identityAssertion !== undefined)
    return identityAssertion(flags.identityAssertion, flags, context);
  if (flags.clientCredentials === true) {
    return {
      kind: "client_credentials",
      ...(flags.privateKey !== undefined && {
        privateKey: new Secret(readFlagFile("--private-key", flags.privateKey, context)),
      }),
      ...(flags.clientAssertion !== undefined && {
        assertion: readAssertion("--client-assertion", flags.clientAssertion, context),
      }),
    };
  }
  if (flags.privateKey !== undefined || flags.clientAssertion !== undefined) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      "--private-key and --client-assertion go with --client-credentials.",
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
  return { kind: "value", value: new Secret(expandVariables(text, context, context.named(flag))) };
}
