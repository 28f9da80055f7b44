// An OAuth and OpenID issuer by `oidc-provider`, with every way for a client to be known: registered before,
// by a metadata document, or by dynamic registration. Any name and password signs in.
import "./node20.ts";
import Provider, { type ClientMetadata, type Configuration, errors } from "oidc-provider";

/** What a token is good for, once it turned out to be good. */
export interface VerifiedToken {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The resource it was made for. */
  readonly audience: string;
}

export interface IssuerOptions {
  /** Issuer identifier, such as `http://localhost:5001`. */
  readonly url: string;
  /** Resource identifiers (RFC 8707) it makes tokens for, with the scopes each knows. */
  readonly resources: Readonly<Record<string, string>>;
  /** Clients registered before. */
  readonly clients?: readonly ClientMetadata[];
  /** How metadata documents of clients are fetched. Default: over the network, private addresses refused. */
  readonly fetch?: NonNullable<Configuration["fetch"]>;
  /** Seconds; default an hour. */
  readonly accessTokenLifeS?: number;
  /** Anything else of `oidc-provider`; wins. */
  readonly more?: Configuration;
}

export interface Issuer {
  readonly provider: Provider;
  /** Undefined: not one of ours, expired, or revoked. */
  verify(token: string): Promise<VerifiedToken | undefined>;
}

/** Makes the issuer; serve `provider.callback()` at its address. */
export function createIssuer(options: IssuerOptions): Issuer {
  const scopes = new Set(Object.values(options.resources).flatMap((text) => text.split(" ")));
  const provider = new Provider(options.url, {
    clients: [...(options.clients ?? [])],
    // `offline_access` decides nothing here: whoever may refresh gets a refresh token.
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access", ...scopes],
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: {
      Interaction: 3_600,
      DeviceCode: 600,
      ClientCredentials: 3_600,
      AccessToken: options.accessTokenLifeS ?? 3_600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
    },
    cookies: { keys: ["an example keeps no secrets"] },
    ...(options.fetch ? { fetch: options.fetch } : {}),
    ...options.more,
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: "draft-02" },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // A grant for one resource is good for its tokens without naming the resource again.
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          const scope = options.resources[resource];
          if (scope === undefined) throw new errors.InvalidTarget(`unknown resource ${resource}`);
          return { scope, audience: resource, accessTokenFormat: "opaque" };
        },
      },
      ...options.more?.features,
    },
  });
  return {
    provider,
    async verify(token) {
      // The second kind is what a machine got for itself (client credentials).
      const found =
        (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
      if (!found?.clientId) return undefined;
      return {
        clientId: found.clientId,
        scopes: (found.scope ?? "").split(" "),
        expiresAt: found.exp ?? 0,
        audience: String(found.aud),
      };
    },
  };
}
