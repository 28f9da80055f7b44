// A random world: settings full of secrets, a remote, issuers, and a few runs of the program. What went wrong comes back.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../../../src/core/settings.ts";
import { type Seeded, seeded } from "../clocks/seeded.ts";
import { s256 } from "../issuers/strict/state.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import type { Exchange } from "../remotes/scripted-server.ts";
import { Canaries, type Issuer, PLACES_OF, type Place, type Sighting } from "./canaries.ts";
import { drawSettings, randomText } from "./random-settings.ts";
import { hostRun, loginRun, logoutRun, type Told } from "./world-process.ts";
import { CLIENT_ID, drawTricks, startServers, type WorldServers } from "./world-servers.ts";

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
  const text = () => randomText(random);
  const tricks = drawTricks(random);
  const steps = 1 + random.below(3);
  const registrationToken = random.chance(0.15) ? text() : undefined;
  const secrets = { client: text(), registrationToken, management: text(), authorization: text() };
  canaries.add("the token for managing a registration", secrets.management, []);
  const servers = await startServers(random, tricks, secrets);
  const folder = temporaryFolder();
  try {
    const settings = drawSettings({ random, canaries, text, servers, secrets, folder: folder.path, steps });
    const { trustIssuer } = settings.auth;
    const isTaken =
      tricks.issuer.includes("name") &&
      trustIssuer?.asked === servers.issuers.hostile.url &&
      trustIssuer.named === servers.issuers.honest.url;
    const ofHonest: OwnersOfHonest = {
      // The user said that the hostile issuer is the honest one: what is begun at its pages may be finished by either.
      code: PLACES_OF[isTaken ? "hostile" : "honest"],
      // Made in the name of the hostile one, where it calls that endpoint its own.
      token: PLACES_OF[tricks.issuer.includes("token") ? "hostile" : "honest"],
      registered: PLACES_OF[tricks.issuer.includes("register") ? "hostile" : "honest"],
    };
    return await play({ random, canaries, servers, settings, ofHonest, steps });
  } finally {
    await servers.close();
    folder.remove();
  }
}

/** Where what the honest issuer made may go, where the hostile one names its endpoints. */
interface OwnersOfHonest {
  readonly code: readonly Place[];
  readonly token: readonly Place[];
  readonly registered: readonly Place[];
}

interface World {
  readonly random: Seeded;
  readonly canaries: Canaries;
  readonly servers: WorldServers;
  readonly settings: Settings;
  readonly ofHonest: OwnersOfHonest;
  readonly steps: number;
}

async function play(world: World): Promise<WorldReport> {
  const { random, canaries, servers, settings, steps } = world;
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
  const look = (): void => {
    for (const [where, text] of files(settings.store.folder)) wrong.push(...canaries.told(where, text));
  };
  if (random.chance(0.4)) happen("switch");
  else happen("nothing");
  for (let step = 0; step < steps; step += 1) {
    const kind = random.one(["host", "host", "host", "login", "logout"] as const);
    if (kind === "logout") look();
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
    for (const [where, text] of told.said) wrong.push(...canaries.told(where, text));
    happen(random.one(["switch", "expire", "revoke", "nothing"] as const));
  }
  look();
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
    const owners = issuer === "honest" ? ofHonest : { code: places, token: places, registered: places };
    for (const code of state.codes.keys()) canaries.add(`a code of the ${issuer} issuer`, code, owners.code);
    for (const [token, { kind }] of state.tokens)
      canaries.add(
        `${kind} token of the ${issuer} issuer`,
        token,
        kind === "access" ? ["remote", ...owners.token] : owners.token,
      );
    for (const { clientId, secret } of state.clients.values())
      if (secret !== undefined && clientId !== CLIENT_ID)
        canaries.add(`a registered secret of the ${issuer} issuer`, secret, owners.registered);
    const challenges = server.to("authorize").map(({ url }) => url.searchParams.get("code_challenge"));
    for (const [, { form }] of news) {
      const verifier = form.get("code_verifier");
      if (verifier !== null && challenges.includes(s256(verifier)))
        canaries.add(`a code verifier for the ${issuer} issuer`, verifier, owners.code);
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
