import { once } from "node:events";
import { createInterface } from "node:readline";
import { probeRemote } from "../bridge/probe-remote.ts";
import type { SignInOptions } from "../core/ports/sign-in-control.ts";
import type { Settings } from "../core/settings.ts";
import { urlForPeople } from "../core/text/printable.ts";
import type { Adapters } from "./adapters.ts";
import { compose } from "./compose.ts";

/**
 * Signs in ahead of time, from a terminal. The redirect's address may be pasted where the browser is on another
 * computer.
 * @param again sign in although somebody is signed in
 * @returns what happened, as one sentence
 * @throws Failure AUTH_*, NETWORK_*, REMOTE_*, LOCAL_*
 */
export async function login(settings: Settings, adapters: Adapters, again: boolean): Promise<string> {
  const { stdin, diagnostics } = adapters;
  const parts = compose(settings, adapters);
  const lifecycle = adapters.lifecycle(false);
  const pasted = createInterface({ input: stdin });
  const onUrl = (): void =>
    diagnostics.notice(
      "If the browser is on another computer, paste the address of the page it ends at here, and press Enter.",
    );
  const askClient: SignInOptions["askClient"] = async ({ issuer, redirectUri }, signal) => {
    diagnostics.notice(
      `${issuer} registers no clients by itself. Register a public client there with the redirect URI ${redirectUri}, then enter its client id here.`,
    );
    const [line] = (await once(pasted, "line", { signal })) as [string];
    return line;
  };
  const inTerminal = "isTTY" in stdin && stdin.isTTY === true;
  try {
    const { remote, headers, network, session } = settings;
    const probe: SignInOptions["probe"] = (signal) =>
      probeRemote({ ...adapters, remote, headers, network, settings: session }, signal);
    const options = { probe, again, pasted, onUrl, ...(inTerminal ? { askClient } : {}) };
    const outcome = await parts.authorizer.signIn(options, lifecycle.signal);
    return sentences[outcome](urlForPeople(remote.url));
  } finally {
    pasted.close();
    await parts.close();
    lifecycle.close();
  }
}

const sentences = {
  "signed in": (remote: string) => `Signed in to ${remote}.`,
  already: (remote: string) => `You are signed in to ${remote} already. Sign in anew with --again.`,
  "not needed": (remote: string) => `${remote} does not ask for a sign-in.`,
};
