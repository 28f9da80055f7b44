import { Failure } from "../core/failure.ts";
import type { TokenEndpointAuth } from "../core/grant.ts";
import { Secret } from "../core/secret.ts";
import type { StaticClient } from "../core/settings.ts";
import { quoted } from "../core/text.ts";
import type { JsonObject } from "./json-argument.ts";

const FLAG = "--static-oauth-client-info";
const METHODS: readonly TokenEndpointAuth[] = [
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
];

/**
 * A pre-registered client as the issuer's registration answer spells it (RFC 7591): `client_id`, and optionally
 * `client_secret`, `token_endpoint_auth_method`, `redirect_uris`; `issuer` binds it to one issuer. Other members are
 * ignored, since people paste whole registration answers.
 * @throws Failure USAGE_BAD_ARGUMENT
 */
export function readStaticClient(json: JsonObject): StaticClient {
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
    ...(secret !== undefined && { clientSecret: new Secret(secret) }),
    ...(method !== undefined && { tokenEndpointAuth: authMethod(method) }),
    ...(issuer !== undefined && { issuer }),
    ...(redirects !== undefined && { redirectUris: redirects as string[] }),
  };
}

function authMethod(name: string): TokenEndpointAuth {
  const method = METHODS.find((known) => known === name);
  if (method !== undefined) return method;
  throw new Failure(
    "USAGE_BAD_ARGUMENT",
    `${FLAG}: "token_endpoint_auth_method" is ${quoted(name)}, which is none of ${METHODS.join(", ")}.`,
  );
}

function text(json: JsonObject, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new Failure("USAGE_BAD_ARGUMENT", `${FLAG}: "${name}" must be a string.`);
}
