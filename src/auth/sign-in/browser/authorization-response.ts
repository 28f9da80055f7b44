// Reads the authorization response off the redirect (RFC 6749 4.1.2, RFC 9207). Any web page can make a browser hit our
// port, so nothing is believed before `state` and `iss` fit, in this order (AUTH-5, AUTH-6).
import { createHash, timingSafeEqual } from "node:crypto";
import { printable } from "../../../core/text/printable.ts";
import { Secret } from "../../../core/text/secret.ts";

export interface ExpectedResponse {
  readonly state: Secret;
  /** Does `iss` of the response (undefined: none) fit the issuer that the request went to? */
  readonly issFits: (iss: string | undefined) => boolean;
}

export type AuthorizationResponse =
  /** Of another sign-in, or of nobody: answered, and forgotten. */
  | { readonly kind: "foreign" }
  /** It has our state but not our issuer: a mix-up. Nothing in it may be looked at. */
  | { readonly kind: "wrong issuer"; readonly iss: string | undefined }
  /** The issuer's error, cleaned and cut. */
  | { readonly kind: "refused"; readonly error: string; readonly description: string | undefined }
  /** Ours, but neither a code nor an error. */
  | { readonly kind: "empty" }
  | { readonly kind: "code"; readonly code: Secret; readonly iss: string | undefined };

export function readAuthorizationResponse(
  query: URLSearchParams,
  expected: ExpectedResponse,
): AuthorizationResponse {
  const state = single(query, "state");
  if (state === undefined || !same(state, expected.state.reveal())) return { kind: "foreign" };
  const iss = single(query, "iss");
  // A repeated `iss` is two answers to one question.
  if (query.getAll("iss").length > 1 || !expected.issFits(iss)) return { kind: "wrong issuer", iss };
  const error = single(query, "error");
  if (error !== undefined) {
    const names = ["error_description", "error_message", "message"];
    const description = names.map((name) => single(query, name)).find((text) => text !== undefined);
    return {
      kind: "refused",
      error: printable(error, 100),
      description: description && printable(description),
    };
  }
  const code = single(query, "code");
  return code === undefined || code === ""
    ? { kind: "empty" }
    : { kind: "code", code: new Secret(code), iss };
}

/** RFC 6749 3.1: a repeated parameter is an error; it counts as none. */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function same(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
