// From the context that the suite gives its clients to the flags of the program.
import type { ToolCall } from "./play.ts";

/** What the suite tells a client about the scenario; each member is there where it is needed. */
export interface Context {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly issuer?: string;
  readonly private_key_pem?: string;
  readonly idp_client_id?: string;
  readonly idp_id_token?: string;
  readonly idp_token_endpoint?: string;
  readonly valid_jwt?: string;
  readonly toolCalls?: readonly ToolCall[];
}

/** Writes a file that only the program can read; gives its path. */
export type Save = (name: string, text: string) => string;

/** Our client id where an issuer takes metadata documents: the address that the suite answers for. */
const METADATA_DOCUMENT = "https://conformance-test.local/client-metadata.json";

/**
 * Credentials without an issuer are a machine's; with one, those of a client for people's sign-ins.
 * @param found issuer of the scenario: whoever hands out a machine's credentials says where they are good
 */
export function flagsFor(context: Context, save: Save, found: string): string[] {
  const { client_id, client_secret, private_key_pem, idp_id_token, valid_jwt, issuer } = context;
  if (client_id === undefined) return ["--client-metadata-url", METADATA_DOCUMENT];
  const secret = client_secret === undefined ? {} : { client_secret };
  const info = { client_id, ...secret, ...(issuer === undefined && { issuer: found }) };
  const client = ["--static-oauth-client-info", `@${save("client.json", JSON.stringify(info))}`];
  if (idp_id_token !== undefined)
    return [
      ...client,
      ...["--identity-assertion", `@${save("id-token", idp_id_token)}`],
      ...["--idp-token-endpoint", context.idp_token_endpoint ?? ""],
      ...["--idp-client-id", context.idp_client_id ?? ""],
    ];
  if (valid_jwt !== undefined)
    return [...client, "--client-credentials", "--client-assertion", `@${save("assertion", valid_jwt)}`];
  if (private_key_pem !== undefined)
    return [...client, "--client-credentials", "--private-key", save("key.pem", private_key_pem)];
  return issuer === undefined ? [...client, "--client-credentials"] : client;
}
