// How the client proves to a token endpoint who it is (RFC 6749 2.3, RFC 7523 2.2).
import { createPrivateKey } from "node:crypto";
import { Failure } from "../../core/failure/failure.ts";
import {
  type ClientRegistration,
  type IssuerMetadata,
  isSameIssuer,
  type TokenEndpointAuth,
} from "../../core/oauth/oauth-types.ts";
import { KNOWN_SECRETS } from "../../core/text/known-secrets.ts";
import type { Secret } from "../../core/text/secret.ts";
import type { AuthContext } from "../auth-context.ts";

/**
 * Adds the client's identity to a token request: to its headers or its form.
 * @throws Failure AUTH_CLIENT_REJECTED when the method needs something that was not given
 */
export async function authenticateClient(
  context: AuthContext,
  client: ClientRegistration,
  metadata: IssuerMetadata,
  to: { readonly headers: Record<string, string> | Headers; readonly params: URLSearchParams },
  signal: AbortSignal,
): Promise<void> {
  const { params } = to;
  if (!isSameIssuer(client, metadata))
    throw new Failure("LOCAL_BUG", "A client was to be shown to an issuer that is not its own.");
  const secret = client.clientSecret?.reveal();
  switch (client.tokenEndpointAuth) {
    case "none":
      params.set("client_id", client.clientId);
      return;
    case "client_secret_post":
      params.set("client_id", client.clientId);
      params.set("client_secret", needed(secret, client));
      return;
    case "client_secret_basic": {
      const pair = `${formEncoded(client.clientId)}:${formEncoded(needed(secret, client))}`;
      const value = `Basic ${Buffer.from(pair).toString("base64")}`;
      if (to.headers instanceof Headers) to.headers.set("authorization", value);
      else to.headers.authorization = value;
      return;
    }
    case "private_key_jwt":
      await addAssertion(context, client, metadata, params, signal);
  }
}

async function addAssertion(
  { settings, assertions }: AuthContext,
  client: ClientRegistration,
  metadata: IssuerMetadata,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<void> {
  const { grantType } = settings;
  const given = grantType.kind === "client_credentials" ? grantType : undefined;
  params.set("client_id", client.clientId);
  if (given?.assertion) {
    params.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    params.set("client_assertion", (await assertions.read(given.assertion, signal)).reveal());
    return;
  }
  const key = readKey(given?.privateKey, metadata.token_endpoint_auth_signing_alg_values_supported);
  if (key === undefined) {
    throw new Failure(
      "AUTH_CLIENT_REJECTED",
      `The client ${client.clientId} authenticates with a private key, and none was given.`,
    );
  }
  const { addKeyAssertion } = await import("../protocol/oauth-sdk.ts");
  await addKeyAssertion(client.clientId, metadata.issuer, key, params);
  // It is good for some minutes, and whoever was sent it may quote it in an answer to something else.
  KNOWN_SECRETS.add(params.get("client_assertion") ?? "");
}

/** RFC 6749 2.3.1: both halves of Basic are form-encoded first, which the SDK leaves out. */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

function needed(secret: string | undefined, client: ClientRegistration): string {
  if (secret !== undefined) return secret;
  throw new Failure(
    "AUTH_CLIENT_REJECTED",
    `The client ${client.clientId} authenticates with a secret, and none is known.`,
  );
}

const RSA_ALGS = ["RS256", "PS256", "RS384", "PS384", "RS512", "PS512"];
const EC_ALGS: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

/**
 * PEM (PKCS#8, PKCS#1, SEC1) or JWK text as PKCS#8 PEM, with the algorithm that key and issuer share.
 * @throws Failure AUTH_CLIENT_REJECTED
 */
export function readKey(
  text: Secret | undefined,
  issuerAlgs: readonly string[] | undefined,
): { readonly privateKey: string; readonly alg: string } | undefined {
  if (text === undefined) return undefined;
  try {
    const given = text.reveal().trim();
    const key = given.startsWith("{")
      ? createPrivateKey({ key: JSON.parse(given), format: "jwk" })
      : createPrivateKey(given);
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
    const fits = type === "ec" ? [EC_ALGS[details?.namedCurve ?? ""] ?? "ES256"] : RSA_ALGS;
    const alg = fits.find((each) => issuerAlgs?.includes(each)) ?? fits[0] ?? "RS256";
    return { privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(), alg };
  } catch {
    throw new Failure("AUTH_CLIENT_REJECTED", "The private key cannot be read: neither PEM nor JWK.");
  }
}

/**
 * The method to use for a client whose own method is not known (RFC 8414 2: without a list, Basic).
 * @param hasSecret whether there is a secret at all
 */
export function chooseMethod(metadata: IssuerMetadata, hasSecret: boolean): TokenEndpointAuth {
  if (!hasSecret) return "none";
  const supported = metadata.token_endpoint_auth_methods_supported;
  if (supported === undefined || supported.includes("client_secret_basic")) return "client_secret_basic";
  return "client_secret_post";
}
