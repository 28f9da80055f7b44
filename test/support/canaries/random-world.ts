// A random world: settings full of secrets, a remote, issuers, and a few runs of the program. What went wrong comes back.
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseRemoteUrl } from "../../../src/core/remote-url.ts";
import type { AuthSettings, GrantTypeSettings, Settings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { type Seeded, seeded } from "../clocks/seeded.ts";
import { NETWORK, SESSION } from "../hosts/bridge-host.ts";
import { DEFAULT_SETTINGS } from "../issuers/auth-rig.ts";
import { s256 } from "../issuers/strict/state.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import type { Exchange } from "../remotes/scripted-server.ts";
import { Canaries, type Issuer, PLACES_OF, type Place, type Sighting } from "./canaries.ts";
import { hostRun, loginRun, logoutRun, type Told } from "./world-process.ts";
import {
  CLIENT_ID,
  drawTricks,
  startServers,
  type WorldSecrets,
  type WorldServers,
} from "./world-servers.ts";

export interface WorldReport {
  readonly wrong: readonly string[];
  /** Requests that hosts got a result of. */
  readonly results: number;
  /** Secrets that were looked for. */
  readonly canaries: number;
}

export async function playWorld(seed: number): Promise<WorldReport> {
  const random = seeded(seed);
  const canaries = new Canaries();
  const text = () => Array.from({ length: 40 }, () => random.one([...ALPHABET])).join("");
  const tricks = drawTricks(random);
  const registrationToken = random.chance(0.15) ? text() : undefined;
  const secrets = { client: text(), registrationToken, management: text(), authorization: text() };
  canaries.add("the token for managing a registration", secrets.management, []);
  const servers = await startServers(random, tricks, secrets);
  const folder = temporaryFolder();
  try {
    const settings = drawSettings({ random, canaries, text, servers, secrets, folder: folder.path });
    const { trustIssuer } = settings.auth;
    const isTaken =
      tricks.issuer.includes("name") &&
      trustIssuer?.asked === servers.issuers.hostile.url &&
      trustIssuer.named === servers.issuers.honest.url;
    const ofHonest: OwnersOfHonest = {
      // The user said that the hostile issuer is the honest one: what is begun at its pages may be finished by either.
      code: PLACES_OF[isTaken ? "hostile" : "honest"],
      // Made in the name of the hostile one, whose endpoint it calls that.
      registered: PLACES_OF[tricks.issuer.includes("register") ? "hostile" : "honest"],
    };
    return await play({ random, canaries, servers, settings, ofHonest });
  } finally {
    await servers.close();
    folder.remove();
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

interface Drawing {
  readonly random: Seeded;
  readonly canaries: Canaries;
  readonly text: () => string;
  readonly servers: WorldServers;
  readonly secrets: WorldSecrets;
  readonly folder: string;
}

function drawSettings({ random, canaries, text, servers, secrets, folder }: Drawing): Settings {
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
      kind: "file",
      folder,
      profile: random.one(["default", "work"]),
      ...(random.chance(0.5) && { key: drawKey(random, canaries) }),
    },
    network: NETWORK,
    diagnostics: { debug: true, silent: false },
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

/** Where what the honest issuer made may go, where the hostile one names its endpoints. */
interface OwnersOfHonest {
  readonly code: readonly Place[];
  readonly registered: readonly Place[];
}

interface World {
  readonly random: Seeded;
  readonly canaries: Canaries;
  readonly servers: WorldServers;
  readonly settings: Settings;
  readonly ofHonest: OwnersOfHonest;
}

async function play(world: World): Promise<WorldReport> {
  const { random, canaries, servers, settings } = world;
  const wrong: string[] = [];
  let results = 0;
  let current: Issuer = "honest";
  const happen = (event: "switch" | "expire" | "revoke" | "nothing"): void => {
    const { honest, hostile } = servers.issuers;
    if (event === "expire") for (const issuer of [honest, hostile]) issuer.expireAccessTokens();
    if (event === "revoke") for (const issuer of [honest, hostile]) issuer.revokeEverything();
    if (event === "switch") current = current === "honest" ? "hostile" : "honest";
    servers.name(current);
  };
  if (random.chance(0.4)) happen("switch");
  else happen("nothing");
  for (let steps = 2 + random.below(2); steps > 0; steps -= 1) {
    const kind = random.one(["host", "host", "host", "login", "logout"] as const);
    const inside = random.one(["expire", "revoke", "nothing", "nothing"] as const);
    const told: Told =
      kind === "host"
        ? await hostRun(settings, () => happen(inside))
        : kind === "login"
          ? await loginRun(settings, random.chance(0.5))
          : await logoutRun(settings);
    results += told.results;
    const news = servers.news();
    noteMade(world, news, current);
    wrong.push(...canaries.misplaced(news.map(sighting), current, kind === "login"));
    for (const [where, text] of [...told.said, ...files(settings.store.folder)])
      wrong.push(...canaries.told(where, text));
    happen(random.one(["switch", "expire", "revoke", "nothing"] as const));
  }
  return { wrong: [...new Set(wrong)], results, canaries: canaries.count };
}

/** What the issuers made, and what the program made for them. */
function noteMade(
  { canaries, servers: { issuers }, settings: { auth }, ofHonest }: World,
  news: readonly [Place, Exchange][],
  current: Issuer,
): void {
  for (const issuer of ["honest", "hostile"] as const) {
    const { state, server } = issuers[issuer];
    const places = PLACES_OF[issuer];
    const { code: ofCode, registered } =
      issuer === "honest" ? ofHonest : { code: places, registered: places };
    for (const code of state.codes.keys()) canaries.add(`a code of the ${issuer} issuer`, code, ofCode);
    for (const [token, { kind }] of state.tokens)
      canaries.add(
        `${kind} token of the ${issuer} issuer`,
        token,
        kind === "access" ? ["remote", ...places] : places,
      );
    for (const { clientId, secret } of state.clients.values())
      if (secret !== undefined && clientId !== CLIENT_ID)
        canaries.add(`a registered secret of the ${issuer} issuer`, secret, registered);
    const challenges = server.to("authorize").map(({ url }) => url.searchParams.get("code_challenge"));
    for (const [, { form }] of news) {
      const verifier = form.get("code_verifier");
      if (verifier !== null && challenges.includes(s256(verifier)))
        canaries.add(`a code verifier for the ${issuer} issuer`, verifier, ofCode);
    }
  }
  const named = [auth.staticClient?.issuer, auth.issuer].find((url) => url !== undefined);
  const owner = named === undefined ? current : named === issuers.honest.url ? "honest" : "hostile";
  for (const [place, { form }] of news)
    for (const name of ["client_assertion", "assertion"]) {
      const proof = form.get(name);
      if (proof !== null && place !== "provider") canaries.add(`a ${name}`, proof, PLACES_OF[owner]);
    }
}

function sighting([place, { url, rawHeaders, body }]: [Place, Exchange]): Sighting {
  return [place, [url.href, ...rawHeaders, body].join("\n")];
}

/** Every file, with what is in it. */
function files(folder: string): [where: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [
      `the file ${name.replace(/[\d-]{6,}|\w{16,}/g, "…")}`,
      readFileSync(path.join(parentPath, name), "latin1"),
    ]);
}
