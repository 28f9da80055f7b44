// Settings of a random world: each secret in them is a canary, with its owner by SECURITY.md.
import { generateKeyPairSync } from "node:crypto";
import { parseRemoteUrl } from "../../../src/core/remote-url.ts";
import type { AuthSettings, GrantTypeSettings, Settings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import type { Seeded } from "../clocks/seeded.ts";
import { NETWORK, SESSION } from "../hosts/bridge-host.ts";
import { DEFAULT_SETTINGS } from "../issuers/auth-rig.ts";
import { type Canaries, PLACES_OF, type Place } from "./canaries.ts";
import { CLIENT_ID, type WorldSecrets, type WorldServers } from "./world-servers.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomText(random: Seeded): string {
  return Array.from({ length: 40 }, () => random.one([...ALPHABET])).join("");
}

interface Drawing {
  readonly random: Seeded;
  readonly canaries: Canaries;
  readonly text: () => string;
  readonly servers: WorldServers;
  readonly secrets: WorldSecrets;
  readonly folder: string;
  /** Runs of the program. */
  readonly steps: number;
}

export function drawSettings({ random, canaries, text, servers, secrets, folder, steps }: Drawing): Settings {
  const { remote, issuers } = servers;
  const secret = (name: string, places: readonly Place[]) => new Secret(canaries.add(name, text(), places));
  const isMachine = random.chance(0.3);
  const issuer = () => random.one(["honest", "honest", "hostile"] as const);
  const named = random.chance(isMachine || secrets.registrationToken !== undefined ? 0.6 : 0.3)
    ? issuer()
    : undefined;
  const bound = random.chance(0.4) ? issuer() : undefined;
  const owner = bound ?? named;
  const placesOfClient = owner === undefined ? (isMachine ? [] : undefined) : PLACES_OF[owner];
  const { registrationToken } = secrets;
  if (registrationToken !== undefined)
    canaries.add("the registration token", registrationToken, named && PLACES_OF[named], true);
  const grantType = isMachine
    ? drawMachine(random, canaries, secret, placesOfClient ?? [], issuers.provider.endpoint("token"))
    : ({ kind: "authorization_code" } as const);
  const isGiven = isMachine || random.chance(0.5);
  const hasSecret = isGiven && (grantType.kind !== "client_credentials" || !("privateKey" in grantType));
  if (hasSecret) canaries.add("the client's secret", secrets.client, placesOfClient);
  const staticClient = isGiven && {
    clientId: CLIENT_ID,
    ...(hasSecret && { clientSecret: new Secret(secrets.client) }),
    ...(bound && { issuer: issuers[bound].url }),
  };
  const other = random.one([issuers.honest, issuers.hostile]);
  const auth: AuthSettings = {
    ...DEFAULT_SETTINGS,
    grantType,
    signInTimeoutMs: 4_000,
    ...(staticClient && { staticClient }),
    ...(registrationToken !== undefined && { registrationToken: new Secret(registrationToken) }),
    ...(named && { issuer: issuers[named].url }),
    ...(random.chance(0.3) && { trustIssuer: { asked: issuers.hostile.url, named: issuers.honest.url } }),
    ...(random.chance(0.1) && { trustIssuer: { asked: other.url, named: "https://named.example" } }),
  };
  const headers = random.chance(0.5) ? [{ name: "x-api-key", value: secret("a header", ["remote"]) }] : [];
  if (random.chance(0.08)) {
    canaries.add("the given authorization", secrets.authorization, ["remote"]);
    headers.push({ name: "authorization", value: new Secret(`Bearer ${secrets.authorization}`) });
  }
  const query = random.chance(0.3) ? `?key=${secret("the query", ["remote"]).reveal()}` : "";
  return {
    remote: parseRemoteUrl(remote.url + query, false),
    headers,
    auth,
    store: {
      // A run that is the only one has nothing to keep.
      kind: steps === 1 ? "memory" : "file",
      folder,
      profile: random.one(["default", "work"]),
      ...(random.chance(0.5) && { key: drawKey(random, canaries) }),
    },
    network: NETWORK,
    diagnostics: { debug: random.chance(0.5), silent: false },
    session: { ...SESSION, provisional: random.chance(0.2), handshakeWaitMs: 4_000 },
    usedVariables: [],
  };
}

function drawKey(random: Seeded, canaries: Canaries): Secret {
  const hex = Array.from({ length: 64 }, () => random.one([..."0123456789abcdef"])).join("");
  return new Secret(canaries.add("the vault's key", hex, []));
}

function drawMachine(
  random: Seeded,
  canaries: Canaries,
  secret: (name: string, places: readonly Place[]) => Secret,
  places: readonly Place[],
  idpTokenEndpoint: string,
): GrantTypeSettings {
  const kind = random.one(["secret", "key", "workload", "identity"] as const);
  if (kind === "identity")
    return {
      kind: "identity_assertion",
      idToken: { kind: "value", value: secret("the ID token", places.length > 0 ? ["provider"] : []) },
      idpTokenEndpoint: new URL(idpTokenEndpoint),
      idpClientId: "enterprise",
      idpClientSecret: secret("the provider's client secret", ["provider"]),
    };
  if (kind === "workload")
    return {
      kind: "client_credentials",
      assertion: { kind: "value", value: secret("the workload's assertion", places) },
    };
  if (kind === "secret") return { kind: "client_credentials" };
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  canaries.add("the private key", pem.split("\n")[2] ?? "", []);
  return { kind: "client_credentials", privateKey: new Secret(pem) };
}
