// One run of the program in a random world, and everything that it said: to the host, to a terminal, on pages.
import { PassThrough } from "node:stream";
import { adapters } from "../../../src/app/adapters.ts";
import { compose, type Parts } from "../../../src/app/compose.ts";
import { probeRemote } from "../../../src/bridge/probe-remote.ts";
import { asFailure } from "../../../src/core/failure/failure.ts";
import type { Settings } from "../../../src/core/settings.ts";
import { consent, type Page } from "../browsers/person.ts";
import { quickClock } from "../clocks/quick-clock.ts";

export interface Told {
  /** What was said, by where. */
  readonly said: ReadonlyMap<string, string>;
  /** Answers that were results. */
  readonly results: number;
}

/** Waits of seconds take tenths of them. */
const QUICK = 10;
const never = new AbortController().signal;

/** A host that opens a session and calls twice; `between` comes before the second call. */
export function hostRun(settings: Settings, between: () => void): Promise<Told> {
  return run(settings, async ({ parts, stdin, answer }) => {
    const bridge = parts.bridge();
    const finished = bridge.run();
    const ask = (id: number, method: string, params: object) => {
      stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
      return answer(id);
    };
    const clientInfo = { name: "host", version: "1" };
    await ask(1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    await ask(2, "tools/call", { name: "echo", arguments: {} });
    between();
    await ask(3, "tools/call", { name: "write", arguments: {} });
    await bridge.stop("stdin");
    await finished;
    return "";
  });
}

/** As the command in a terminal. */
export function loginRun(settings: Settings, again: boolean): Promise<Told> {
  return run(settings, ({ parts, connection }) => {
    const { remote, headers, network, session } = settings;
    const wiring = { ...connection, remote, headers, network, settings: session };
    return parts.authorizer.signIn({ probe: (signal) => probeRemote(wiring, signal), again }, never);
  });
}

export function logoutRun(settings: Settings): Promise<Told> {
  return run(settings, async ({ parts }) => {
    await parts.memory.forget();
    return JSON.stringify(await parts.authorizer.signOut(never));
  });
}

interface Running {
  readonly parts: Parts;
  readonly connection: ReturnType<typeof adapters>;
  readonly stdin: PassThrough;
  /** Resolves when a request is answered. */
  answer(id: number): Promise<void>;
}

async function run(settings: Settings, act: (running: Running) => Promise<string>): Promise<Told> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const lines = textOf(stdout);
  const notices = textOf(stderr);
  const visits: Promise<Page[]>[] = [];
  const env = {};
  const { platform } = process;
  const connection = adapters(
    settings,
    { process, env, platform, stdin, stdout, stderr },
    {
      clock: quickClock(QUICK),
      keychainHelp: { hasNone: () => false, ready: async () => {}, obstacle: async () => undefined },
      browser: { open: async () => undefined },
    },
  );
  const parts = compose(settings, connection);
  // Also where no tab is opened any more: whoever waits in vain makes a world slow, and nothing else.
  const visited = new Set<string>();
  parts.authorizer.onSignIn((signIn) => {
    if (signIn === undefined || visited.has(signIn.authorizationUrl)) return;
    visited.add(signIn.authorizationUrl);
    visits.push(visit(new URL(signIn.authorizationUrl)));
  });
  let results = 0;
  const answer = async (id: number): Promise<void> => {
    for (;;) {
      const found = lines.messages().find((message) => message.id === id && message.method === undefined);
      if (found !== undefined) {
        if ("result" in found) results += 1;
        return;
      }
      await lines.more();
    }
  };
  let outcome = "";
  try {
    outcome = await act({ parts, connection, stdin, answer });
  } catch (error) {
    const failure = asFailure(error);
    outcome = `${failure.said} ${JSON.stringify(failure.data())}`;
  } finally {
    await parts.close();
    connection.http.close();
    connection.diagnostics.close();
  }
  const pages = (await Promise.all(visits)).flat().filter(({ url }) => url.pathname === "/oauth/callback");
  const said = new Map([
    ["a message to the host", lines.text()],
    ["a notice", notices.text()],
    ["what a command says", outcome],
    ["a page", pages.map(({ html }) => html).join("\n")],
  ]);
  return { said, results };
}

/** A person who consents, and goes back where an issuer's page leads nowhere. */
async function visit(url: URL): Promise<Page[]> {
  const pages = await consent(url).catch((): Page[] => []);
  const redirect = url.searchParams.get("redirect_uri");
  if (redirect === null || pages.at(-1)?.url.href.startsWith(redirect)) return pages;
  const back = new URL(redirect);
  back.searchParams.set("error", "access_denied");
  back.searchParams.set("state", url.searchParams.get("state") ?? "");
  return [...pages, ...(await consent(back).catch(() => []))];
}

function textOf(stream: PassThrough) {
  let text = "";
  let watchers: (() => void)[] = [];
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const called = watchers;
    watchers = [];
    for (const watcher of called) watcher();
  });
  return {
    text: () => text,
    messages: () =>
      text
        .split("\n")
        .slice(0, -1)
        .map((line): Record<string, unknown> => JSON.parse(line)),
    more: () => new Promise<void>((done) => watchers.push(done)),
  };
}
