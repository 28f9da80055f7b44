// What mcp-remote keeps of a sign-in: two files in ~/.mcp-auth, named by a hash of the address and of some flags.
import { createHash } from "node:crypto";
import { rename } from "node:fs/promises";
import path from "node:path";
import type { FoundClient, FoundGrant } from "../../auth/adopt/adopt-grant.ts";
import { isObject, type JsonObject } from "../../core/mcp/json-object.ts";
import { TOKEN_ENDPOINT_AUTH } from "../../core/oauth/oauth-types.ts";
import { Secret } from "../../core/text/secret.ts";
import { readUserFile } from "../../platform/files/user-file.ts";

/** What the name of the files is made of, as it was written on the command line. */
export interface StoreName {
  readonly url: string;
  readonly resource?: string;
  readonly headers: readonly string[];
  readonly authorizeParams: readonly string[];
  readonly clientMetadataUrl?: string;
  readonly tokenEndpoint?: string;
}

/** The same name as mcp-remote gives, of release 0.15. */
export function storeHash(name: StoreName): string {
  const headers = pairs(name.headers, /^([A-Za-z0-9_-]+):\s*(.*)$/);
  const params = pairs(name.authorizeParams, /^([^=]+)=(.*)$/);
  const parts = [
    name.url,
    name.resource,
    params && JSON.stringify(params, Object.keys(params).sort()),
    headers && JSON.stringify(headers, Object.keys(headers).sort()),
    name.clientMetadataUrl,
    name.tokenEndpoint,
  ];
  const joined = parts
    .map((part) => part ?? "")
    .filter((part) => part !== "")
    .join("|");
  return createHash("md5").update(joined).digest("hex");
}

function pairs(texts: readonly string[], form: RegExp): Record<string, string> | undefined {
  const found = texts.flatMap((text) => {
    const [, name, value] = form.exec(text) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

export interface StoredSignIn {
  readonly grant: FoundGrant;
  /** Both files, as far as they are there. */
  readonly files: readonly string[];
}

/** @param folder `~/.mcp-auth`, or what MCP_REMOTE_CONFIG_DIR says. @throws Failure LOCAL_HOST_FILE */
export async function readStored(
  folder: string,
  hash: string,
  userId: number | undefined,
): Promise<StoredSignIn | undefined> {
  const [tokensFile, clientFile] = ["tokens.json", "client_info.json"].map((name) =>
    path.join(folder, "mcp-remote-v1", `${hash}_${name}`),
  ) as [string, string];
  const [tokens, client] = [await readJson(tokensFile, userId), await readJson(clientFile, userId)];
  const accessToken = text(tokens, "access_token");
  if (tokens === undefined || accessToken === undefined) return undefined;
  if (text(tokens, "token_type")?.toLowerCase() !== "bearer") return undefined;
  const refreshToken = text(tokens, "refresh_token");
  const idToken = text(tokens, "id_token");
  const scope = text(tokens, "scope");
  const issuer = text(tokens, "issuer");
  const expiresAtMs = tokens.expires_at;
  const found = client && readClient(client);
  return {
    grant: {
      accessToken: new Secret(accessToken),
      ...(refreshToken !== undefined && { refreshToken: new Secret(refreshToken) }),
      ...(idToken !== undefined && { idToken: new Secret(idToken) }),
      ...(scope !== undefined && { scope }),
      ...(typeof expiresAtMs === "number" && { expiresAtMs }),
      ...(issuer !== undefined && { issuer }),
      ...(found !== undefined && { client: found }),
    },
    files: client === undefined ? [tokensFile] : [tokensFile, clientFile],
  };
}

function readClient(client: JsonObject): FoundClient | undefined {
  const clientId = text(client, "client_id");
  if (clientId === undefined) return undefined;
  const secret = text(client, "client_secret");
  const expires = client.client_secret_expires_at;
  const method = TOKEN_ENDPOINT_AUTH.find((known) => known === client.token_endpoint_auth_method);
  const scope = text(client, "scope");
  const issuer = text(client, "issuer");
  const redirects = Array.isArray(client.redirect_uris) ? client.redirect_uris : [];
  return {
    clientId,
    redirectUris: redirects.filter((uri) => typeof uri === "string"),
    ...(secret !== undefined && { clientSecret: new Secret(secret) }),
    ...(typeof expires === "number" && expires > 0 && { secretExpiresAtMs: expires * 1_000 }),
    ...(method !== undefined && { tokenEndpointAuth: method }),
    ...(scope !== undefined && { scope }),
    ...(issuer !== undefined && { issuer }),
  };
}

/** Two programs with one refresh token sign each other out: the one that is left does not find it any more. */
const MOVED = ".moved-to-mcp-drawbridge";

export async function markMoved(files: readonly string[]): Promise<void> {
  for (const file of files) await rename(file, file + MOVED);
}

export async function putBack(files: readonly string[]): Promise<void> {
  for (const file of files) await rename(file + MOVED, file);
}

async function readJson(file: string, userId: number | undefined): Promise<JsonObject | undefined> {
  const found = await readUserFile(file, userId);
  try {
    const json: unknown = JSON.parse(found?.text ?? "");
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function text(json: JsonObject | undefined, name: string): string | undefined {
  const value = json?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
