// Starts with a stored grant, and what a refresh and a sign-in leave in memory. The floor sends a fixed token.
import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import path from "node:path";
import { type BrowserProgram, browserProgram } from "../../support/browsers/browser.ts";
import { Command } from "../../support/processes/command.ts";
import { PROGRAM } from "../../support/project/program.ts";
import { findKeyring, startKeyring } from "../../support/stores/keyring.ts";
import { type Candidate, FLOOR, OWN, startOf } from "../candidates.ts";
import type { Start } from "../host.ts";
import type { Take } from "../samples.ts";
import { type Scene, settle, takeTurns, withHost } from "../scene.ts";

/** Where the program keeps its sign-ins, and what it needs in its environment for that. */
interface Store {
  readonly folder: string;
  readonly kind: "file" | "keychain";
  readonly env: Readonly<Record<string, string>>;
}

/** Peers keep their sign-ins in ways of their own; they are left out here. */
export async function measureGrants(whole: Scene): Promise<void> {
  if (whole.counts.grantStarts === 0) return;
  const scene = {
    ...whole,
    candidates: whole.candidates.filter(({ name }) => name === FLOOR || name === OWN),
  };
  const browser = browserProgram();
  try {
    await startsWithFile(scene, browser);
    await startsWithKeychain(scene, browser);
    await memoryAfterRefresh(scene, browser);
    await memoryAfterSignIn(scene, browser);
    scene.failures.push(...browser.troubles());
  } finally {
    browser.remove();
  }
}

async function startsWithFile(scene: Scene, browser: BrowserProgram): Promise<void> {
  const store = fileStore(scene, "grant");
  await login(scene, browser, store);
  await takeTurns(scene, "start with a grant", scene.counts.grantStarts, (candidate, take) =>
    measuredStart(scene, candidate, store, "grant.file", take),
  );
}

async function startsWithKeychain(scene: Scene, browser: BrowserProgram): Promise<void> {
  if (!scene.counts.withKeychain) return;
  const program = findKeyring();
  if (program === undefined)
    return void scene.leftOut.push("The keychain: gnome-keyring and dbus-run-session are not installed.");
  const keyring = await startKeyring(program);
  try {
    const store: Store = {
      folder: path.join(scene.folder, "keychain"),
      kind: "keychain",
      env: keyring.env,
    };
    await login(scene, browser, store);
    await takeTurns(scene, "start with a keychain", scene.counts.grantStarts, (candidate, take) =>
      measuredStart(scene, candidate, store, "grant.keychain", take),
    );
  } finally {
    await keyring.stop();
  }
}

async function memoryAfterRefresh(scene: Scene, browser: BrowserProgram): Promise<void> {
  const { issuer, counts } = scene;
  if (counts.memory === 0) return;
  const due = fileStore(scene, "due");
  const { rules } = issuer;
  issuer.rules = { ...rules, lifeS: 1 };
  await login(scene, browser, due);
  issuer.rules = rules;
  await settle(1_000);
  let round = 0;
  await takeTurns(scene, "refresh", counts.memory, async (candidate, take) => {
    // Each time the same grant that is due; the issuer lets its refresh token be used again.
    const store = fileStore(scene, `due-${round++}`);
    cpSync(due.folder, store.folder, { recursive: true });
    const refreshes = issuer.server.to("token").length;
    await measuredMemory(scene, startWith(scene, candidate, store), "refresh.privateMb", take);
    if (candidate.name === OWN && issuer.server.to("token").length === refreshes)
      throw new Error("there was no refresh");
  });
}

async function memoryAfterSignIn(scene: Scene, browser: BrowserProgram): Promise<void> {
  let round = 0;
  await takeTurns(scene, "sign-in", scene.counts.memory, (candidate, take) => {
    // A busy machine may take longer for a sign-in than a host is usually kept waiting.
    const patient = { DRAWBRIDGE_LIST_WAIT: "60", DRAWBRIDGE_HANDSHAKE_WAIT: "60" };
    const store = { ...fileStore(scene, `new-${round++}`), env: { ...browser.env, ...patient } };
    return measuredMemory(scene, startWith(scene, candidate, store), "signIn.privateMb", take);
  });
}

function measuredStart(scene: Scene, candidate: Candidate, store: Store, metric: string, take: Take) {
  return withHost(startWith(scene, candidate, store), async (host) => {
    await host.handshake();
    take(`${metric}.ms`, host.ageMs);
    take(`${metric}.cpuMs`, host.cpuMs());
  });
}

function measuredMemory({ counts }: Scene, start: Start, metric: string, take: Take): Promise<void> {
  return withHost(start, async (host) => {
    await host.handshake();
    await settle(counts.settleMs);
    take(metric, host.memory()?.privateMb);
  });
}

function fileStore({ folder }: Scene, name: string): Store {
  return { folder: path.join(folder, name), kind: "file", env: {} };
}

function startWith({ origin }: Scene, candidate: Candidate, { folder, kind, env }: Store): Start {
  const words =
    candidate.name === FLOOR
      ? ["--header", "authorization: Bearer anything"]
      : ["--config-dir", folder, "--store", kind];
  return startOf(candidate, `${origin}/private/mcp`, { words, env });
}

/** As a person signs in ahead of time. */
async function login(
  { node, origin, candidates }: Scene,
  browser: BrowserProgram,
  store: Store,
): Promise<void> {
  const { folder, kind, env } = store;
  const args = [PROGRAM, "login", `${origin}/private/mcp`, "--config-dir", folder, "--store", kind];
  const own = candidates.find(({ name }) => name === OWN);
  const child = spawn(node, args, { env: { ...own?.env, ...browser.env, ...env }, timeout: 30_000 });
  const { code, stderr } = await new Command(child).end();
  if (code !== 0) throw new Error(`login failed: ${stderr}`);
}
