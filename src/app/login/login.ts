import { once } from "node:events";
import { createInterface } from "node:readline";
import { probeRemote } from "../../bridge/probe-remote.ts";
import { rememberLists } from "../../bridge/remember-lists.ts";
import type { SignInOptions } from "../../core/ports/sign-in-control.ts";
import type { Settings } from "../../core/settings.ts";
import { columns } from "../../core/text/columns.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { quoted, urlForPeople } from "../../core/text/printable.ts";
import type { Adapters } from "../adapters.ts";
import { compose, vaultKey } from "../compose.ts";
import { accountStatus } from "../status/account-status.ts";
import type { RemoteStatus } from "../status/status-report.ts";
import { stateWords } from "../status/status-text.ts";

/** What `login --json` prints: `schemas/login.schema.json`. */
export interface LoginReport
  extends Partial<Pick<RemoteStatus, "issuer" | "scope" | "expiresAt" | "renews" | "tools">> {
  readonly version: 1;
  readonly command: "login";
  readonly remote: string;
  readonly outcome: "signed in" | "already" | "not needed";
}

/**
 * Signs in ahead of time, from a terminal, and remembers what the remote lists. The redirect's address may be pasted where
 * the browser is on another computer.
 * @param again sign in although somebody is signed in
 * @throws Failure AUTH_*, NETWORK_*, REMOTE_*, LOCAL_*
 */
export async function login(settings: Settings, adapters: Adapters, again: boolean): Promise<LoginReport> {
  const { stdin, diagnostics } = adapters;
  const parts = compose(settings, adapters);
  const lifecycle = adapters.lifecycle(false);
  const pasted = createInterface({ input: stdin });
  const onUrl = (): void =>
    diagnostics.notice(
      "If the browser is on another computer, paste the address of its last page here, and press Enter.",
    );
  const askClient: SignInOptions["askClient"] = async ({ issuer, redirectUri }, signal) => {
    diagnostics.notice(
      `The issuer ${quoted(issuer)} does not support dynamic client registration. Register a public client there with the redirect URI ${redirectUri}, then enter its client id here.`,
    );
    const [line] = (await once(pasted, "line", { signal })) as [string];
    return line;
  };
  const inTerminal = "isTTY" in stdin && stdin.isTTY === true;
  try {
    const { remote, headers, network, session } = settings;
    const connection = { ...adapters, remote, headers, network, settings: session };
    const probe: SignInOptions["probe"] = (signal) => probeRemote(connection, signal);
    const options = { probe, again, pasted, onUrl, ...(inTerminal ? { askClient } : {}) };
    const { authorizer, memory } = parts;
    const outcome = await authorizer.signIn(options, lifecycle.signal);
    const tools = await rememberLists({ ...connection, authorizer }, memory, lifecycle.signal);
    return {
      version: 1,
      command: "login",
      remote: outgoing(urlForPeople(remote.url)),
      outcome,
      ...(outcome === "not needed" ? {} : await account(settings, adapters)),
      ...(tools !== undefined && { tools }),
    };
  } finally {
    pasted.close();
    await parts.close();
    lifecycle.close();
  }
}

/** With `--store memory` nothing is left to be read. */
async function account(settings: Settings, adapters: Adapters): Promise<Partial<LoginReport>> {
  if (settings.store.kind === "memory") return {};
  const { issuer, scope, expiresAt, renews } = await accountStatus(vaultKey(settings), settings, adapters);
  return {
    ...(issuer !== undefined && { issuer }),
    ...(scope !== undefined && { scope }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(renews !== undefined && { renews }),
  };
}

const sentences = {
  "signed in": (remote: string) => `Signed in to ${remote}.`,
  already: (remote: string) => `You are signed in to ${remote} already. Use --again to sign in again.`,
  "not needed": (remote: string) => `${remote} does not ask for a sign-in.`,
};

/** For people. @param nowMs for "5 minutes left" */
export function loginText(report: LoginReport, nowMs: number): string {
  const { remote, outcome, issuer, scope, tools } = report;
  const first = `${sentences[outcome](remote)}${toolsIn(tools)}`;
  if (issuer === undefined) return first;
  const rows: (readonly [string, string])[] = [
    ["issuer", issuer],
    ["scopes", scope ?? "none"],
    ["sign-in", stateWords({ ...report, state: "signed in" }, nowMs)],
  ];
  return `${first}\n${columns(rows)}`;
}

/** Nothing where the remote did not say: its tools may want another account. */
function toolsIn(count: number | undefined): string {
  if (count === undefined) return "";
  return count === 1 ? " It has 1 tool." : ` It has ${count} tools.`;
}
