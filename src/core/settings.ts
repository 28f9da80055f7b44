import type { JsonObject } from "./mcp/message.ts";
import type { TokenEndpointAuth } from "./oauth/oauth-types.ts";
import type { RemoteUrl } from "./remote-url.ts";
import type { Secret } from "./text/secret.ts";

/** Everything the user decided for one remote: flags, environment and files, parsed once by `cli/`. */
export interface Settings {
  readonly remote: RemoteUrl;
  /** The user's own headers for the remote, in order. Sent to the remote's origin only. */
  readonly headers: readonly UserHeader[];
  readonly auth: AuthSettings;
  readonly store: StoreSettings;
  readonly network: NetworkSettings;
  readonly diagnostics: DiagnosticsSettings;
  readonly session: SessionSettings;
  /** Environment variables that `${NAME}` read. */
  readonly usedVariables: readonly string[];
}

export interface UserHeader {
  /** Lower case; none of `RESERVED_HEADERS`. */
  readonly name: string;
  readonly value: Secret;
}

/** `--static-oauth-client-info`. */
export interface StaticClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly tokenEndpointAuth?: TokenEndpointAuth;
  /** As in `ClientRegistration`. */
  readonly requirePushed?: true;
  readonly issuer?: string;
  readonly redirectUris?: readonly string[];
}

export interface RedirectSettings {
  /** `--host`: host of the redirect URI. Default `localhost`. */
  readonly host: string;
  /** Positional: use exactly this port or fail. */
  readonly port?: number;
  /** `--callback-path`. Default `/oauth/callback`. */
  readonly path: string;
  /** `--callback-bind`: address to listen on, besides the loopback addresses that the redirect names. */
  readonly bind?: string;
}

/** The metadata found under `asked` may name `named`; nobody else's may, and it may name nobody else. */
export interface TrustedIssuer {
  readonly asked: string;
  readonly named: string;
}

/** An issuer that publishes nothing usable, as the user describes it. At least one member is there. */
export interface GivenIssuer {
  readonly authorizationEndpoint?: URL;
  readonly tokenEndpoint?: URL;
  readonly registrationEndpoint?: URL;
  /**
   * `--issuer-metadata`: where its document is, or the document; `issuer`: what `--issuer` publishes, where the endpoints
   * are not all that is needed. They stand in place of its own.
   */
  readonly metadata?:
    | { readonly kind: "url"; readonly url: URL }
    | { readonly kind: "file"; readonly document: JsonObject }
    | { readonly kind: "issuer"; readonly issuer: string };
}

export interface AuthSettings {
  readonly redirect: RedirectSettings;
  readonly staticClient?: StaticClient;
  /** `--static-oauth-client-metadata`: members that override what we register or ask for, wire spelling. */
  readonly clientMetadata: Readonly<Record<string, unknown>>;
  /** `--client-metadata-url`: our client id where the issuer takes metadata documents. */
  readonly clientMetadataUrl?: URL;
  readonly registrationToken?: Secret;
  /** `--resource`, sent verbatim. */
  readonly resource?: string;
  /** `--disable-resource-parameter`. */
  readonly omitResource: boolean;
  /** `--scope`: replaces what discovery would choose. */
  readonly scope?: string;
  readonly authorizeParams: readonly (readonly [name: string, value: string])[];
  /** `--issuer`: chooses, and makes discovery of the resource metadata unnecessary. */
  readonly issuer?: string;
  readonly givenIssuer?: GivenIssuer;
  /** `--trust-issuer`: the one mismatch that is accepted. */
  readonly trustIssuer?: TrustedIssuer;
  readonly allowMissingPkceMetadata: boolean;
  readonly useIdToken: boolean;
  /** `--auth-timeout`. Default 300 s. */
  readonly signInTimeoutMs: number;
  /** `--no-browser`. */
  readonly openBrowser: boolean;
  /** `--auth-success-url`: where the browser goes after a finished sign-in. */
  readonly successUrl?: URL;
  /** `--allow-private-network`: metadata may live on private addresses though the remote does not. */
  readonly allowPrivateNetwork: boolean;
  readonly grantType: GrantTypeSettings;
}

/** How the grant is got. `authorization_code` unless the user chose another. */
export type GrantTypeSettings =
  | { readonly kind: "authorization_code" }
  | { readonly kind: "device_code" }
  | {
      readonly kind: "client_credentials";
      /** PEM or JWK text of the key for `private_key_jwt`. */
      readonly privateKey?: Secret;
      /** Workload identity: where the client assertion comes from. */
      readonly assertion?: AssertionSource;
    }
  | {
      readonly kind: "identity_assertion";
      readonly idToken: AssertionSource;
      /** Token endpoint of the enterprise's identity provider. */
      readonly idpTokenEndpoint: URL;
      readonly idpClientId: string;
      readonly idpClientSecret?: Secret;
    };

export type AssertionSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "value"; readonly value: Secret };

export type StoreKind = "auto" | "keychain" | "file" | "memory";

export interface StoreSettings {
  readonly kind: StoreKind;
  /** Absolute. All state of a run lies below it. */
  readonly folder: string;
  readonly profile: string;
  /** `DRAWBRIDGE_VAULT_KEY`: 32 bytes, base64url or hex. */
  readonly key?: Secret;
}

export interface NetworkSettings {
  /** PEM text of `--ca-file`, trusted in addition to Node's own authorities. */
  readonly extraCa?: string;
  readonly clientCert?: string;
  readonly clientKey?: Secret;
  readonly ipv4Only: boolean;
  /** `HTTPS_PROXY` and friends are honoured; `--no-proxy` turns that off. */
  readonly useProxy: boolean;
  /** `--connect-timeout`. Default 10 s. */
  readonly connectTimeoutMs: number;
  /** `--headers-timeout`: wait for headers of everything but tool calls. Default 300 s. */
  readonly headersTimeoutMs: number;
  /** The same for tool calls, where the user gave it. Default: none. */
  readonly callHeadersTimeoutMs?: number;
  /** `--body-timeout`: a gap in an answer's body. 0, the default: none. */
  readonly bodyTimeoutMs: number;
  /** `--max-message`. Default 256 MiB. */
  readonly maxMessageBytes: number;
  /** `--max-memory`: of all messages together that are unfinished or wait. Default 512 MiB. */
  readonly maxMemoryBytes: number;
  readonly cookies: boolean;
}

export interface DiagnosticsSettings {
  readonly debug: boolean;
  readonly silent: boolean;
}

export type TransportStrategy = "http-first" | "sse-first" | "http-only" | "sse-only";

/** `auto`: what the host and the remote speak. Else the remote's era is not looked for. */
export type ProtocolChoice = "auto" | "legacy" | "modern";

export interface SessionSettings {
  readonly transport: TransportStrategy;
  /** `--protocol`. */
  readonly protocol: ProtocolChoice;
  /** `--handshake-wait`: also how long a request waits for a session. Absent: as long as the host is known to wait. */
  readonly handshakeWaitMs?: number;
  /** `--list-wait`, from the start of the process. Absent: as long as the host is known to wait. */
  readonly listWaitMs?: number;
  /** `--no-provisional` makes it false. */
  readonly provisional: boolean;
  /** Ping period; absent: no pings. */
  readonly pingIntervalMs?: number;
  readonly tools: ToolFilter;
}

/** Globs with `*`; what matches `ignore`, or does not match a given `allow`, is neither listed nor callable. */
export interface ToolFilter {
  readonly ignore: readonly string[];
  readonly allow?: readonly string[];
  readonly readOnly: boolean;
}
