import { Failure } from "../../core/failure/failure.ts";
import type { JsonObject } from "../../core/mcp/message.ts";
import { TOKEN_ENDPOINT_AUTH, type TokenEndpointAuth } from "../../core/oauth/oauth-types.ts";
import type { StaticClient } from "../../core/settings.ts";
import { Secret } from "../../core/text/secret.ts";

/** Gets a secret that the user put into the system's keychain. @throws Failure LOCAL_KEYCHAIN_UNAVAILABLE */
export type ReadKeychain = (service: string, account: string) => Promise<Secret>;

/** Entries that people made for this program. Without a name below it, `mcp-drawbridge` is the service of the vault's keys. */
const IN_KEYCHAIN = /^keychain:(mcp-drawbridge\/[^/]+)\/(.+)$/;

const FLAG = "--static-oauth-client-info";

/**
 * A pre-registered client as the issuer's registration answer spells it (RFC 7591): `client_id`, and optionally
 * `client_secret`, `token_endpoint_auth_method`, `redirect_uris`, `require_pushed_authorization_requests`; `issuer` binds it to one issuer. Other members are
 * ignored, since people paste whole registration answers. A secret `keychain:mcp-drawbridge/NAME/ACCOUNT` is read from
 * the system's keychain: service `mcp-drawbridge/NAME`, and no other, for the file may be somebody else's.
 * @throws Failure USAGE_BAD_ARGUMENT, LOCAL_KEYCHAIN_UNAVAILABLE
 */
export async function readStaticClient(json: JsonObject, readKeychain: ReadKeychain): Promise<StaticClient> {
  const clientId = text(json, "client_id");
  if (clientId === undefined) {
    throw new Failure("USAGE_BAD_ARGUMENT", `${FLAG}: "client_id" is missing.`, {
      hint: 'The smallest one is {"client_id": "..."}.',
    });
  }
  const secret = text(json, "client_secret");
  const method = text(json, "token_endpoint_auth_method");
  const issuer = text(json, "issuer");
  const redirects = json.redirect_uris;
  if (
    redirects !== undefined &&
    !(Array.isArray(redirects) && redirects.every((uri) => typeof uri === "string"))
  ) {
    throw new Failure("USAGE_BAD_ARGUMENT", `${FLAG}: "redirect_uris" must be a list of strings.`);
  }
  return {
    clientId,
    ...(secret !== undefined && { clientSecret: await readSecretOf(secret, readKeychain) }),
    ...(method !== undefined && { tokenEndpointAuth: authMethod(method) }),
    ...(issuer !== undefined && { issuer }),
    ...(json.require_pushed_authorization_requests === true && { requirePushed: true }),
    ...(redirects !== undefined && { redirectUris: redirects as string[] }),
  };
}

function authMethod(name: string): TokenEndpointAuth {
  const method = TOKEN_ENDPOINT_AUTH.find((known) => known === name);
  if (method !== undefined) return method;
  throw new Failure(
    "USAGE_BAD_ARGUMENT",
    `${FLAG}: "token_endpoint_auth_method" must be one of ${TOKEN_ENDPOINT_AUTH.join(", ")}.`,
  );
}

function text(json: JsonObject, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new Failure("USAGE_BAD_ARGUMENT", `${FLAG}: "${name}" must be a string.`);
}

async function readSecretOf(text: string, readKeychain: ReadKeychain): Promise<Secret> {
  if (!text.startsWith("keychain:")) return new Secret(text);
  const [, service, account] = IN_KEYCHAIN.exec(text) ?? [];
  if (service !== undefined && account !== undefined) return readKeychain(service, account);
  throw new Failure(
    "USAGE_BAD_ARGUMENT",
    `${FLAG}: "client_secret" may name only entries of the keychain that were made for mcp-drawbridge.`,
    {
      hint: "Save the secret again under a service that begins with mcp-drawbridge/, and write keychain:mcp-drawbridge/NAME/ACCOUNT for the account ACCOUNT of the service mcp-drawbridge/NAME.",
    },
  );
}
