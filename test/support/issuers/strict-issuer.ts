// An OAuth and OpenID issuer in the test process that does not forgive: whatever a request has wrong (scope, verifier,
// redirect, resource, client, a second use of a refresh token) is refused, written down, and fails `assertClean`.
import assert from "node:assert/strict";
import type { KeyPair } from "../project/certificates.ts";
import { type Answer, type Exchange, ScriptedServer } from "../remotes/scripted-server.ts";
import { authorize, type Consent, page } from "./strict/authorize.ts";
import { type PushRules, push, pushedParameters } from "./strict/push.ts";
import { acceptDocument, type RegistrationRules, register } from "./strict/register.ts";
import { type Expectations, type IssuedToken, type IssuerClient, IssuerState } from "./strict/state.ts";
import { type GrantHandler, grantTokens, revoke, type TokenRules, token } from "./strict/token.ts";

/** Places of issuer metadata: RFC 8414 (well-known before the path), OpenID before and behind the path. */
export type MetadataPlace = "oauth" | "openid-before" | "openid-behind";

export interface StrictIssuerOptions {
  /** Path of the issuer identifier, such as `/tenant`. Default none. */
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: KeyPair;
  /** See `ScriptedServerOptions`. */
  readonly origin?: string;
  /** Where metadata is served; elsewhere is 404. Default `["oauth"]`. */
  readonly metadataAt?: readonly MetadataPlace[];
  /** Members that replace those of the metadata; `undefined` as value leaves one out. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Pre-registered. Default: a public client `known-client` for any loopback port of `/oauth/callback`. */
  readonly clients?: readonly IssuerClient[];
  readonly expect?: Expectations;
  /** Answers 200 to registrations. Default true; false: no endpoint, and none in the metadata. */
  readonly registration?: boolean | Partial<RegistrationRules>;
  /** `expires_in`, default 3600; `null`: not said. */
  readonly tokenLifeS?: number | null;
  readonly rotate?: boolean;
  readonly refreshTokens?: boolean;
  /** Takes pushed requests. Default: none. */
  readonly pushed?: PushRules;
  readonly grants?: Readonly<Record<string, GrantHandler>>;
  readonly authenticate?: TokenRules["authenticate"];
  readonly nowMs?: () => number;
  /** Paths of endpoints by name (`authorize`, `token`, `register`...); default: such as nobody can guess. */
  readonly paths?: Readonly<Record<string, string>>;
}

/** Client id that every strict issuer knows unless told otherwise: public, any loopback port of `/oauth/callback`. */
export const KNOWN_CLIENT = "known-client";

// Endpoints that nobody can guess: whoever gets here read the metadata.
const PATHS: Readonly<Record<string, string>> = {
  authorize: "/as/start-here",
  token: "/as/tokens-here",
  register: "/as/clients-here",
  revoke: "/as/forget-here",
  device: "/as/device-here",
  push: "/as/push-here",
  jwks: "/as/keys-here",
};

export class StrictIssuer {
  readonly state: IssuerState;
  readonly server: ScriptedServer;
  /** What the person in the browser does from now on. */
  consent: Consent = { decision: "approve" };
  /** May be changed while running. */
  rules: TokenRules;
  readonly #options: StrictIssuerOptions;
  readonly #paths: Readonly<Record<string, string>>;

  constructor(options: StrictIssuerOptions) {
    this.#options = options;
    this.#paths = { ...PATHS, ...options.paths };
    this.state = new IssuerState(options.expect ?? {});
    for (const client of options.clients ?? [knownClient()]) this.state.clients.set(client.clientId, client);
    this.rules = {
      lifeS: options.tokenLifeS === undefined ? 3_600 : options.tokenLifeS,
      rotate: options.rotate ?? true,
      refreshTokens: options.refreshTokens ?? true,
      nowMs: options.nowMs ?? Date.now,
      grants: options.grants ?? {},
      authenticate: options.authenticate,
    };
    this.server = new ScriptedServer({
      host: options.host,
      port: options.port,
      tls: options.tls,
      origin: options.origin,
      route: (_method, url) => this.#route(url.pathname),
      answer: (exchange) => this.#answer(exchange),
    });
  }

  /** Issuer identifier: no slash at the end. */
  get url(): string {
    return this.server.origin + (this.#options.path ?? "");
  }

  get violations(): readonly string[] {
    return this.state.violations;
  }

  /** Absolute URL of an endpoint: `authorize`, `token`, `register`, `revoke`, `device`, `jwks`. */
  endpoint(name: string): string {
    return this.server.origin + (this.#paths[name] ?? "");
  }

  /** Fails the test when anything was done wrongly. */
  assertClean(): void {
    assert.deepEqual(this.state.violations, []);
  }

  metadata(): Record<string, unknown> {
    return {
      issuer: this.url,
      authorization_endpoint: this.endpoint("authorize"),
      token_endpoint: this.endpoint("token"),
      revocation_endpoint: this.endpoint("revoke"),
      jwks_uri: this.endpoint("jwks"),
      ...(this.#options.registration === false ? {} : { registration_endpoint: this.endpoint("register") }),
      ...(this.#options.pushed && {
        pushed_authorization_request_endpoint: this.endpoint("push"),
        require_pushed_authorization_requests: this.#options.pushed.required !== false,
      }),
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
      authorization_response_iss_parameter_supported: true,
      ...this.#options.metadata,
    };
  }

  /** Lets `url` be a client id, as if its document had been fetched. */
  acceptDocument(url: string, document: Record<string, unknown>): void {
    acceptDocument(this.state, url, document);
  }

  /** A usable access token, or why it is none. For protected remotes. */
  check(accessToken: string): IssuedToken | "unknown" | "expired" | "revoked" {
    const found = this.state.tokens.get(accessToken);
    if (found?.kind !== "access") return "unknown";
    if (found.family.revoked || found.dead) return "revoked";
    if (found.expiresAtMs !== undefined && found.expiresAtMs <= this.rules.nowMs()) return "expired";
    return found;
  }

  /** Every access token issued so far is refused from now on; refresh tokens live. */
  expireAccessTokens(): void {
    for (const entry of this.state.tokens.values()) if (entry.kind === "access") entry.dead = true;
  }

  /** Every sign-in so far is void: access and refresh tokens. */
  revokeEverything(): void {
    for (const { family } of this.state.tokens.values()) family.revoked = true;
  }

  /** Tokens without a sign-in, for a prepared vault. */
  issueTokens(grant: { clientId: string; scope?: string; resource?: string }): Record<string, unknown> {
    const { clientId, scope, resource } = grant;
    const family = { clientId, scope, resource, revoked: false };
    const answer = grantTokens(this.state, this.rules, family, this.state.newToken("refresh", family));
    return answer.body as Record<string, unknown>;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  #route(pathname: string): string {
    for (const [name, path] of Object.entries(this.#paths)) if (path === pathname) return name;
    return pathname.includes("/.well-known/") ? "metadata" : "unknown";
  }

  #answer(exchange: Exchange): Answer | Promise<Answer> {
    const { registration } = this.#options;
    switch (exchange.endpoint) {
      case "metadata":
        return this.#places().includes(exchange.url.pathname) ? { body: this.metadata() } : { status: 404 };
      case "authorize":
        return this.#authorize(exchange.url.searchParams);
      case "push":
        if (this.#options.pushed === undefined) break;
        return push(this.state, this.rules, this.#options.pushed, exchange);
      case "token":
        return token(this.state, this.rules, exchange);
      case "revoke":
        return revoke(this.state, this.rules, exchange);
      case "register":
        if (registration === false) break;
        return register(
          this.state,
          { answers: {}, ...(registration === true ? {} : registration) },
          exchange,
        );
      case "jwks":
        return { body: { keys: [] } };
    }
    // No metadata names this place: somebody guessed.
    this.state.fault(`${exchange.method} ${exchange.url.pathname}: guessed endpoint`);
    return { status: 404 };
  }

  #authorize(query: URLSearchParams): Answer {
    const { pushed } = this.#options;
    if (!query.has("request_uri") && (pushed === undefined || pushed.required === false))
      return authorize(this.state, this.url, this.consent, query);
    const params = pushedParameters(this.state, query, this.rules.nowMs());
    if (typeof params !== "string") return authorize(this.state, this.url, this.consent, params);
    return page(400, `Refused: ${this.state.fault(`authorize: ${params}`)}`);
  }

  #places(): string[] {
    const path = this.#options.path ?? "";
    const all: Record<MetadataPlace, string> = {
      oauth: `/.well-known/oauth-authorization-server${path}`,
      "openid-before": `/.well-known/openid-configuration${path}`,
      "openid-behind": `${path}/.well-known/openid-configuration`,
    };
    return (this.#options.metadataAt ?? ["oauth"]).map((place) => all[place]);
  }
}

/** Starts one on loopback. Close it in `after`. */
export async function startStrictIssuer(options: StrictIssuerOptions = {}): Promise<StrictIssuer> {
  const issuer = new StrictIssuer(options);
  await issuer.server.listen();
  return issuer;
}

function knownClient(): IssuerClient {
  return {
    clientId: KNOWN_CLIENT,
    auth: "none",
    redirectUris: ["http://localhost/oauth/callback", "http://127.0.0.1/oauth/callback"],
    anyPort: true,
  };
}
