// What the strict issuer knows: clients, codes, tokens, and the list of everything that was done to it wrongly.
import { createHash, randomBytes } from "node:crypto";

export type ClientAuth = "none" | "client_secret_basic" | "client_secret_post" | "private_key_jwt";

/** A client as the issuer holds it. */
export interface IssuerClient {
  readonly clientId: string;
  readonly secret?: string | undefined;
  readonly auth: ClientAuth;
  readonly redirectUris: readonly string[];
  /** RFC 8252 7.3: any port of a registered loopback redirect is good. Default false: exact. */
  readonly anyPort?: boolean | undefined;
  /** Scopes it may ask for; undefined: any. */
  readonly scope?: string | undefined;
  /** Public key (JWK) for `private_key_jwt`. */
  readonly publicJwk?: object | undefined;
}

/** An authorization request that was agreed to. */
export interface IssuedCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scope: string | undefined;
  readonly resource: string | undefined;
  used: boolean;
}

/** A request that the client pushed, and the browser names (RFC 9126). */
export interface PushedParameters {
  readonly params: URLSearchParams;
  readonly expiresAtMs: number;
  used: boolean;
}

/** What one sign-in yielded: every token of it dies together. */
export interface Family {
  readonly clientId: string;
  readonly scope: string | undefined;
  readonly resource: string | undefined;
  revoked: boolean;
}

export interface IssuedToken {
  readonly kind: "access" | "refresh";
  readonly family: Family;
  readonly expiresAtMs: number | undefined;
  /** Refresh token: spent by rotation. Access token: declared dead by the test. */
  dead: boolean;
}

/** What every request has to carry; checked exactly. */
export interface Expectations {
  /** Scope of the authorization request. `null`: none may be sent. Undefined: not looked at. */
  scope?: string | null | undefined;
  /** `resource` of authorization, exchange and refresh. `null`: none may be sent. Undefined: consistent, whatever it is. */
  resource?: string | null | undefined;
  redirectUri?: string | undefined;
}

export class IssuerState {
  readonly clients = new Map<string, IssuerClient>();
  readonly codes = new Map<string, IssuedCode>();
  readonly tokens = new Map<string, IssuedToken>();
  /** By `request_uri`. */
  readonly pushed = new Map<string, PushedParameters>();
  readonly violations: string[] = [];
  readonly expect: Expectations;

  constructor(expect: Expectations) {
    this.expect = { ...expect };
  }

  /** Writes a fault down, and gives its text for the answer. */
  fault(text: string): string {
    this.violations.push(text);
    return text;
  }

  newCode(entry: Omit<IssuedCode, "used">): string {
    const code = `code-${secretText()}`;
    this.codes.set(code, { ...entry, used: false });
    return code;
  }

  newToken(kind: "access" | "refresh", family: Family, expiresAtMs?: number): string {
    const token = `${kind}-${secretText()}`;
    this.tokens.set(token, { kind, family, expiresAtMs, dead: false });
    return token;
  }
}

export function secretText(): string {
  return randomBytes(24).toString("base64url");
}

/** S256 of RFC 7636 4.2. */
export function s256(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** Same scopes, whatever their order. */
export function sameScope(one: string, other: string): boolean {
  const sorted = (text: string): string => text.split(" ").filter(Boolean).sort().join(" ");
  return sorted(one) === sorted(other);
}

/** Is `given` one of the redirects of `client`? */
export function redirectFits(client: IssuerClient, given: string): boolean {
  if (client.redirectUris.includes(given)) return true;
  if (!client.anyPort) return false;
  const withoutPort = (text: string): string => {
    const url = new URL(text);
    url.port = "";
    return url.href;
  };
  return client.redirectUris.some((uri) => withoutPort(uri) === withoutPort(given));
}
