// A protected resource's half of DPoP (RFC 9449 section 7): is the proof for this request, this token, this key, this nonce?
import { createHash } from "node:crypto";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";
import type { Exchange } from "../remotes/scripted-server.ts";

export interface DpopExpectation {
  /** `jkt` that the issuer bound the token to. */
  readonly thumbprint: string | undefined;
  /** Nonce that must be in the proof; undefined: none is asked for. */
  readonly nonce?: string | undefined;
  /** Identifiers of proofs seen so far: none may come twice. */
  readonly seen: Set<string>;
}

/** @returns what is wrong, or undefined; `"nonce"` when only the nonce is missing or old */
export async function dpopFault(exchange: Exchange, expected: DpopExpectation): Promise<string | undefined> {
  const token = /^DPoP (.+)$/.exec(String(exchange.headers.authorization))?.[1];
  if (token === undefined) return "the token is not sent with the scheme DPoP";
  const proof = String(exchange.headers.dpop);
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt" });
    const { jwk } = protectedHeader;
    if (!jwk || "d" in jwk) return "no public key in the proof";
    if ((await calculateJwkThumbprint(jwk)) !== expected.thumbprint) return "another key than the token's";
    if (payload.htm !== exchange.method) return `htm ${String(payload.htm)}`;
    if (payload.htu !== exchange.url.origin + exchange.url.pathname) return `htu ${String(payload.htu)}`;
    if (payload.ath !== createHash("sha256").update(token).digest("base64url")) return "ath";
    if (typeof payload.jti !== "string" || expected.seen.has(payload.jti)) return `jti ${payload.jti}`;
    expected.seen.add(payload.jti);
    return payload.nonce === expected.nonce ? undefined : "nonce";
  } catch (error) {
    return String(error);
  }
}
