// What a host meets: a remote behind a strict issuer, with two tools or with sixty on three pages, and a person who is
// signed in, comes when asked, or stays away; or a public remote of 2026-07-28.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type BrowserProgram, browserProgram } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import { isObject } from "../../support/hosts/rpc-text.ts";
import { type StrictIssuer, startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { PROGRAM, programEnvironment } from "../../support/project/program.ts";
import { type ProtectedRemote, startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import type { Answer } from "../../support/remotes/scripted-server.ts";
import { startSdkRemoteV2 } from "../../support/remotes/sdk-remote-v2.ts";
import { pagedTools, pageOf } from "./pages.ts";
import type { ServerCommand } from "./real-host.ts";

/**
 * `pages-direct`: the same pages from a server on standard input, without a bridge. `modern`: the remote speaks 2026-07-28
 * only; `both`: that, and sessions of 2025.
 */
export const SITUATIONS = [
  "signed-in",
  "nobody",
  "person",
  "pages",
  "pages-direct",
  "modern",
  "both",
] as const;
export type Situation = (typeof SITUATIONS)[number];

const ASKED = "asked";

/** What a run tells of the remote. */
export interface SceneRemote {
  readonly url: string;
  readonly methods: readonly unknown[];
  readonly violations: readonly string[];
  close(): Promise<void>;
}

export class HostScene {
  readonly issuer: StrictIssuer;
  readonly remote: SceneRemote;
  readonly browser: BrowserProgram;
  readonly server: ServerCommand;
  /** Where a server without a bridge writes down what it is asked. */
  readonly #asked: string;

  private constructor(
    issuer: StrictIssuer,
    remote: SceneRemote,
    browser: BrowserProgram,
    server: ServerCommand,
    asked: string,
  ) {
    this.issuer = issuer;
    this.remote = remote;
    this.browser = browser;
    this.server = server;
    this.#asked = asked;
  }

  static async start(situation: Situation, home: string, more: readonly string[]): Promise<HostScene> {
    const issuer = await startStrictIssuer({});
    const isPublic = situation === "modern" || situation === "both";
    const remote = isPublic
      ? await startPublic(situation)
      : await startProtected(issuer, situation === "pages");
    const flags = ["--config-dir", path.join(home, "drawbridge"), "--store", "file"];
    if (situation === "signed-in" || situation === "pages") await signInAhead(remote.url, flags);
    const args =
      situation === "pages-direct"
        ? [path.join(import.meta.dirname, "paging-server.js"), path.join(home, ASKED)]
        : [PROGRAM, remote.url, ...flags, ...more];
    const server = { command: process.execPath, args };
    return new HostScene(
      issuer,
      remote,
      browserProgram({ behaviour: "idle" }),
      server,
      path.join(home, ASKED),
    );
  }

  /** The person signs in at `url`. @returns whether that came to a good end */
  async signIn(url: string): Promise<boolean> {
    return (await consent(url)).at(-1)?.status === 200;
  }

  /** How many times the remote, or the server in its place, was asked for its tools. */
  lists(): number {
    const asked = existsSync(this.#asked)
      ? readFileSync(this.#asked, "utf8").split("\n")
      : this.remote.methods;
    return asked.filter((method) => method === "tools/list").length;
  }

  async close(): Promise<void> {
    this.browser.remove();
    await this.remote.close();
    await this.issuer.close();
  }
}

async function startProtected(issuer: StrictIssuer, inPages: boolean): Promise<SceneRemote> {
  const remote = await startProtectedRemote({ issuer });
  if (inPages) servePages(remote);
  return remote;
}

async function startPublic(eras: "modern" | "both"): Promise<SceneRemote> {
  const remote = await startSdkRemoteV2({ eras });
  return { url: remote.url, methods: remote.seen, violations: [], close: () => remote.close() };
}

function servePages(remote: ProtectedRemote): void {
  remote.tools = pagedTools();
  remote.server.script("mcp", async ({ json }, normally): Promise<Answer> => {
    const answer = await normally();
    if (!isObject(json) || json.method !== "tools/list" || !isObject(answer.body)) return answer;
    return { ...answer, body: { ...answer.body, result: pageOf(remote.tools, json.params) } };
  });
}

async function signInAhead(url: string, flags: readonly string[]): Promise<void> {
  const browser = browserProgram();
  try {
    await promisify(execFile)(process.execPath, [PROGRAM, "login", url, ...flags], {
      env: programEnvironment(path.dirname(flags[1] ?? ""), browser.env),
    });
  } finally {
    browser.remove();
  }
}
