// When tokens are bound to a key (DPoP, RFC 9449): where the remote asks for it, and the issuer can.
import { Failure } from "../../core/failure/failure.ts";
import type { Discovery } from "../../core/oauth/oauth-types.ts";
import { quoted } from "../../core/text/printable.ts";
import type { DpopKey } from "../protocol/oauth-sdk.ts";

const ALG = "ES256";

/**
 * A new key where tokens are to be bound to one.
 * @param asked the remote's challenge offered DPoP and not Bearer
 * @throws Failure AUTH_METADATA_INVALID: the remote insists on it, and the issuer cannot do it with our kind of key
 */
export async function newDpopKey(
  discovery: Discovery | undefined,
  asked: boolean,
): Promise<DpopKey | undefined> {
  const required = asked || discovery?.resourceMetadata?.dpop_bound_access_tokens_required === true;
  const offered = discovery?.issuer.dpop_signing_alg_values_supported;
  if (!required) return undefined;
  if (offered === undefined || offered.includes(ALG))
    return (await import("../protocol/oauth-sdk.ts")).createDpopKey();
  throw new Failure(
    "AUTH_METADATA_INVALID",
    `The server requires DPoP, and the issuer ${quoted(discovery?.issuer.issuer ?? "")} does not support ${ALG}.`,
  );
}
