// Issuers that publish nothing usable, and how a user describes each by hand.
import type { AuthSettings, GivenIssuer } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { HTML } from "../remotes/metadata-places.ts";
import type { ProtectedRemoteOptions } from "../remotes/protected-remote.ts";
import type { Scene } from "./auth-scene.ts";
import type { Consent } from "./strict/authorize.ts";
import type { StrictIssuer, StrictIssuerOptions } from "./strict-issuer.ts";

export const CONFIDENTIAL = {
  clientId: "by-hand",
  secret: "canary-of-the-client",
  auth: "client_secret_basic" as const,
  redirectUris: ["http://localhost/oauth/callback"],
  anyPort: true,
};
export const GIVEN = { clientId: CONFIDENTIAL.clientId, clientSecret: new Secret(CONFIDENTIAL.secret) };
/** Nothing is published. */
export const NOTHING: StrictIssuerOptions = { metadataAt: [], clients: [CONFIDENTIAL] };
export const OPENID = "/.well-known/openid-configuration";

/** Page and token endpoint, by hand. */
export function endpoints(issuer: StrictIssuer, host = "127.0.0.1"): GivenIssuer {
  return {
    authorizationEndpoint: new URL(issuer.endpoint("authorize")),
    tokenEndpoint: new URL(issuer.endpoint("token").replace("127.0.0.1", host)),
  };
}

/** And where clients are registered. */
export const registering = (issuer: StrictIssuer): GivenIssuer => ({
  ...endpoints(issuer),
  registrationEndpoint: new URL(issuer.endpoint("register")),
});
type Metadata = NonNullable<GivenIssuer["metadata"]>;
export const at = (url: string): Metadata => ({ kind: "url", url: new URL(url) });
export const inFile = (document: Record<string, unknown>): Metadata => ({ kind: "file", document });

interface World {
  readonly name: string;
  readonly issuer?: StrictIssuerOptions;
  readonly remote?: ProtectedRemoteOptions;
  readonly prepare?: (scene: Scene) => void;
  readonly settings: (scene: Scene) => Partial<AuthSettings>;
  readonly consent?: Consent;
}

/** The answer does not name its issuer. */
export const SILENT: Consent = { decision: "approve", iss: null };
const UNPROMISED = { authorization_response_iss_parameter_supported: undefined };
const BROKEN = { authorization_endpoint: "/gone", token_endpoint: "http://elsewhere.example/gone" };

export const WORLDS: readonly World[] = [
  {
    name: "nothing is published, client and both endpoints by hand, the scope with them",
    issuer: NOTHING,
    settings: ({ issuer }) => ({
      givenIssuer: endpoints(issuer),
      staticClient: GIVEN,
      scope: "session:role:A",
    }),
  },
  {
    name: "the remote publishes nothing about itself either",
    issuer: NOTHING,
    remote: { metadataAt: "none" },
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer), staticClient: GIVEN }),
  },
  {
    name: "the remote's metadata names nobody",
    issuer: NOTHING,
    remote: { metadata: { authorization_servers: [] } },
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer), staticClient: GIVEN }),
  },
  {
    name: "the remote's metadata is a page",
    issuer: NOTHING,
    prepare: ({ remote }) => remote.server.script("resource-metadata", HTML),
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer), staticClient: GIVEN }),
  },
  {
    name: "the token endpoint is at another host than the page",
    issuer: NOTHING,
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer, "localhost"), staticClient: GIVEN }),
  },
  {
    name: "the client is registered at an endpoint by hand",
    issuer: { metadataAt: [] },
    settings: ({ issuer }) => ({ givenIssuer: registering(issuer) }),
  },
  {
    name: "the issuer is named, and names itself in its answer",
    issuer: NOTHING,
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer), staticClient: GIVEN, issuer: issuer.url }),
    consent: { decision: "approve" },
  },
  {
    name: "the client's own file names the issuer, which names itself in its answer",
    issuer: NOTHING,
    settings: ({ issuer }) => ({
      givenIssuer: endpoints(issuer),
      staticClient: { ...GIVEN, issuer: issuer.url },
    }),
    consent: { decision: "approve" },
  },
  {
    name: "the client's own file names the token endpoint",
    issuer: NOTHING,
    settings: ({ issuer }) => ({
      givenIssuer: endpoints(issuer),
      staticClient: { ...GIVEN, issuer: issuer.endpoint("token") },
    }),
  },
  {
    name: "what is published cannot be used",
    issuer: { clients: [CONFIDENTIAL], metadata: BROKEN },
    settings: ({ issuer }) => ({ givenIssuer: endpoints(issuer), staticClient: GIVEN }),
  },
  {
    name: "the metadata is at an address of another name than its issuer's",
    issuer: {
      ...NOTHING,
      metadataAt: ["openid-before"],
      metadata: { issuer: "https://login.example", ...UNPROMISED },
    },
    settings: ({ issuer }) => ({ givenIssuer: { metadata: at(issuer.url + OPENID) }, staticClient: GIVEN }),
  },
  {
    name: "the metadata is at an address, names nobody, and its endpoints are relative",
    issuer: {
      ...NOTHING,
      metadataAt: ["openid-before"],
      metadata: {
        ...UNPROMISED,
        issuer: undefined,
        authorization_endpoint: "/as/start-here",
        token_endpoint: "/as/tokens-here",
        revocation_endpoint: "as/forget-here",
      },
    },
    settings: ({ issuer }) => ({ givenIssuer: { metadata: at(issuer.url + OPENID) }, staticClient: GIVEN }),
  },
  {
    name: "the metadata is at an address, and endpoints by hand replace what is wrong in it",
    issuer: { ...NOTHING, metadataAt: ["openid-before"], metadata: BROKEN },
    settings: ({ issuer }) => ({
      givenIssuer: { ...endpoints(issuer), metadata: at(issuer.url + OPENID) },
      staticClient: GIVEN,
    }),
    consent: { decision: "approve" },
  },
  {
    name: "the issuer publishes all but the registration",
    issuer: { metadata: { registration_endpoint: undefined } },
    settings: ({ issuer: { url }, issuer }) => ({
      issuer: url,
      givenIssuer: {
        metadata: { kind: "issuer", issuer: url },
        registrationEndpoint: new URL(issuer.endpoint("register")),
      },
    }),
    consent: { decision: "approve" },
  },
  {
    name: "the issuer publishes a token endpoint that is none",
    issuer: { clients: [CONFIDENTIAL], metadata: { token_endpoint: "https://gone.example/t" } },
    settings: ({ issuer: { url }, issuer }) => ({
      issuer: url,
      staticClient: GIVEN,
      givenIssuer: {
        metadata: { kind: "issuer", issuer: url },
        tokenEndpoint: new URL(issuer.endpoint("token")),
      },
    }),
    consent: { decision: "approve" },
  },
  {
    name: "the metadata is in a file",
    issuer: NOTHING,
    settings: ({ issuer }) => ({ givenIssuer: { metadata: inFile(issuer.metadata()) }, staticClient: GIVEN }),
    consent: { decision: "approve" },
  },
  {
    name: "the metadata is in a file, without a name, and the client is registered",
    issuer: { metadataAt: [] },
    settings: ({ issuer }) => ({
      givenIssuer: {
        metadata: inFile({
          ...issuer.metadata(),
          ...UNPROMISED,
          issuer: undefined,
          registration_endpoint: undefined,
        }),
        registrationEndpoint: new URL(issuer.endpoint("register")),
      },
    }),
  },
];
