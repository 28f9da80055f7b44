// The remote and the issuers of a random world. One issuer is honest, one is not, and the remote may be with it.
import type { Seeded } from "../clocks/seeded.ts";
import { plainGrants } from "../issuers/strict/plain-grants.ts";
import { secretText } from "../issuers/strict/state.ts";
import { type StrictIssuer, startStrictIssuer } from "../issuers/strict-issuer.ts";
import { type ProtectedRemote, startProtectedRemote } from "../remotes/protected-remote.ts";
import type { Answer, Exchange, Override } from "../remotes/scripted-server.ts";
import type { Issuer, Place } from "./canaries.ts";
import { Hearsay } from "./hearsay.ts";

export const CLIENT_ID = "known-client";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

export interface WorldServers {
  readonly remote: ProtectedRemote;
  readonly issuers: Readonly<Record<Issuer | "provider", StrictIssuer>>;
  /** The issuer that the remote names from now on. */
  name(issuer: Issuer): void;
  /** Requests since the last call, by who got them. */
  news(): [Place, Exchange][];
  close(): Promise<void>;
}

export interface WorldSecrets {
  readonly client: string;
  readonly registrationToken: string | undefined;
  readonly management: string;
  /** The user's own header for the remote; it takes that, too. */
  readonly authorization: string;
}

const REMOTE_TRICKS = ["echo", "echo-500", "redirect", "elsewhere", "step-up"] as const;
const ISSUER_TRICKS = [
  "name",
  "token",
  "authorize",
  "register",
  "iss",
  "no-iss",
  "echo",
  "redirect",
] as const;

/** What the two of them do, which the seed alone decides. */
export interface Tricks {
  readonly remote: readonly (typeof REMOTE_TRICKS)[number][];
  readonly issuer: readonly (typeof ISSUER_TRICKS)[number][];
}

export function drawTricks(random: Seeded): Tricks {
  return {
    remote: random.chance(0.5) ? [random.one(REMOTE_TRICKS)] : [],
    issuer: ISSUER_TRICKS.filter((trick) => random.chance(trick === "echo" ? 0.4 : 0.12)),
  };
}

export async function startServers(
  random: Seeded,
  tricks: Tricks,
  secrets: WorldSecrets,
): Promise<WorldServers> {
  const method = random.one(["none", "client_secret_basic", "client_secret_post"] as const);
  const given = random.one(["client_secret_basic", "client_secret_post"] as const);
  const pushed = random.chance(0.25);
  const issuerOf = async (management: string) => {
    const issuer: StrictIssuer = await startStrictIssuer({
      clients: [
        {
          clientId: CLIENT_ID,
          secret: secrets.client,
          auth: given,
          redirectUris: ["http://localhost/oauth/callback"],
          anyPort: true,
        },
      ],
      registration: {
        initialToken: secrets.registrationToken,
        answers: { registration_access_token: management },
      },
      metadata: {
        token_endpoint_auth_methods_supported: method === "none" ? ["none", given] : [method, given],
        grant_types_supported: ["authorization_code", "refresh_token", "client_credentials", JWT_BEARER],
      },
      ...(pushed && { pushed: {} }),
      // Keys and assertions are not what is looked at here.
      authenticate: async ({ form }) =>
        form.has("client_assertion") || form.has("assertion")
          ? issuer.state.clients.get(CLIENT_ID)
          : undefined,
      grants: {
        client_credentials: plainGrants(() => issuer),
        [JWT_BEARER]: plainGrants(() => issuer),
      },
    });
    return issuer;
  };
  const [honest, hostile] = [await issuerOf(secrets.management), await issuerOf(secrets.management)];
  const provider = await startStrictIssuer();
  provider.server.script("token", () => ({
    body: {
      access_token: `assertion-${secretText()}`,
      issued_token_type: "urn:ietf:params:oauth:token-type:id-jag",
      token_type: "N_A",
    },
  }));
  let named: StrictIssuer = honest;
  /** Of a token that counts. */
  const scopeOf = (bearer: string): string | undefined => {
    for (const found of [honest.check(bearer), hostile.check(bearer)])
      if (typeof found !== "string") return found.family.scope ?? "";
    return undefined;
  };
  const remote = await startProtectedRemote({
    scope: "read",
    accept: ({ headers }) => {
      const bearer = String(headers.authorization).replace("Bearer ", "");
      return bearer === secrets.authorization || scopeOf(bearer) !== undefined ? undefined : "unknown";
    },
  });
  remote.server.script("resource-metadata", () => ({
    body: { ...remote.metadata(), authorization_servers: [named.url] },
  }));
  const issuers = { honest, hostile, provider };
  const hearsay = new Hearsay();
  playIssuer(hostile, honest, remote, tricks.issuer, hearsay);
  playRemote(remote, hostile, tricks.remote, random.below(6), hearsay, (exchange) => {
    const bearer = String(exchange.headers.authorization).replace("Bearer ", "");
    return /"name":"write"/.test(exchange.body) && scopeOf(bearer)?.includes("write") === false;
  });
  const servers = { remote: remote.server, ...{ honest: honest.server, hostile: hostile.server } };
  const seen = new Map<Place, number>();
  return {
    remote,
    issuers,
    name(issuer) {
      named = issuers[issuer];
    },
    news: () =>
      Object.entries({ ...servers, provider: provider.server }).flatMap(([name, { ledger }]) => {
        const place = name as Place;
        const from = seen.get(place) ?? 0;
        seen.set(place, ledger.length);
        return ledger.slice(from).map((exchange): [Place, Exchange] => [place, exchange]);
      }),
    close: async () => {
      await Promise.all([remote, honest, hostile, provider].map((server) => server.close()));
    },
  };
}

function playIssuer(
  hostile: StrictIssuer,
  honest: StrictIssuer,
  remote: ProtectedRemote,
  tricks: Tricks["issuer"],
  hearsay: Hearsay,
): void {
  const lies: Record<string, unknown> = {};
  if (tricks.includes("name")) lies.issuer = honest.url;
  if (tricks.includes("token")) lies.token_endpoint = honest.endpoint("token");
  if (tricks.includes("authorize")) lies.authorization_endpoint = honest.endpoint("authorize");
  if (tricks.includes("register")) lies.registration_endpoint = honest.endpoint("register");
  hostile.server.script("metadata", async (_exchange, normally) => {
    const { body, ...answer } = await normally();
    return { ...answer, ...(body && { body: { ...(body as object), ...lies } }) };
  });
  if (tricks.includes("iss")) hostile.consent = { decision: "approve", iss: honest.url };
  if (tricks.includes("no-iss")) hostile.consent = { decision: "approve", iss: null };
  if (tricks.includes("redirect"))
    for (const [endpoint, to] of [
      ["token", remote.url],
      ["register", remote.url],
      ["revoke", remote.url],
    ] as const)
      hostile.server.script(endpoint, { status: 307, headers: { location: to } }, 1);
  const complain: Override = async (exchange, normally) => {
    // Now and then it does what it is there for.
    if (hearsay.say(exchange) === "" || exchange.number % 3 === 0) return normally();
    return { status: 400, body: { error: "invalid_request", error_description: hearsay.say(exchange) } };
  };
  const listen: Override = (exchange, normally) => {
    hearsay.hear(exchange);
    return normally();
  };
  for (const endpoint of ["token", "register", "revoke"])
    hostile.server.script(endpoint, tricks.includes("echo") ? complain : listen);
}

/** @param after so many messages of who is signed in, it does its trick, once */
function playRemote(
  { server, metadataUrl }: ProtectedRemote,
  hostile: StrictIssuer,
  [trick]: Tricks["remote"],
  after: number,
  hearsay: Hearsay,
  wantsMore: (exchange: Exchange) => boolean,
): void {
  const challenge = (status: number, exchange: Exchange, rest: string): Answer => {
    const header = `Bearer error_description="${hearsay.say(exchange)}", ${rest}`;
    return { status, headers: { "www-authenticate": header } };
  };
  const here = `resource_metadata="${metadataUrl}"`;
  const tricks: Readonly<Record<(typeof REMOTE_TRICKS)[number], (exchange: Exchange) => Answer>> = {
    echo: (exchange) => challenge(401, exchange, `error="invalid_token", ${here}`),
    "step-up": (exchange) => challenge(403, exchange, `error="insufficient_scope", scope="more", ${here}`),
    elsewhere: (exchange) =>
      challenge(401, exchange, `error="invalid_token", resource_metadata="${hostile.url}/metadata"`),
    "echo-500": (exchange) => ({ status: 500, body: hearsay.say(exchange) }),
    redirect: () => ({ status: 307, headers: { location: `${hostile.url}/mcp` } }),
  };
  let left = trick === undefined ? Number.POSITIVE_INFINITY : after;
  server.script("mcp", (exchange, normally) => {
    hearsay.hear(exchange);
    if (exchange.headers.authorization === undefined) return normally();
    if (trick !== undefined && left === 0) {
      left = Number.POSITIVE_INFINITY;
      return tricks[trick](exchange);
    }
    left -= 1;
    return wantsMore(exchange)
      ? challenge(403, exchange, `error="insufficient_scope", scope="read write", ${here}`)
      : normally();
  });
}
