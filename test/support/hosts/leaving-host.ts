// States a bridge can be in when its end comes, and everything that can end it (LIFE-3).
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { browserProgram } from "../browsers/browser.ts";
import { startStrictIssuer } from "../issuers/strict-issuer.ts";
import { PROGRAM } from "../project/program.ts";
import { closeServer, listenOn } from "../remotes/network.ts";
import { startProtectedRemote } from "../remotes/protected-remote.ts";
import { quietPort } from "../remotes/quiet-port.ts";
import { type StdioHost, startHost } from "./stdio-host.ts";

/** A running bridge in one state. */
export interface Bridge {
  readonly host: StdioHost;
  /** Of the bridge itself, which may be a grandchild. */
  readonly pid: number;
  /** Fails where something was left behind. Call when it is gone. */
  readonly check: () => Promise<void> | void;
  readonly close: () => Promise<void>;
}

export interface Start {
  readonly url: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The bridge's input stays open whoever dies. */
  readonly keepInput: boolean;
}

/**
 * Between us and the bridge stands a shell, which says the bridge's pid first. Node closes our end of the input when
 * its child dies, so where the shell's death alone has to be noticed, the bridge reads from a pipe that it keeps open.
 */
const PASSED_ON = 'exec 3<&0; "$@" <&3 & echo "pid $!" >&2; wait';
const KEPT_OPEN =
  'f=$(mktemp -u); mkfifo "$f"; "$@" 0<>"$f" & echo "pid $!" >&2; exec 4>"$f"; rm "$f"; cat >&4';

async function start({
  url,
  args = [],
  env = {},
  keepInput,
}: Start): Promise<{ host: StdioHost; pid: number }> {
  const shell = ["/bin/sh", "-c", keepInput ? KEPT_OPEN : PASSED_ON, "sh"];
  const host = startHost({ command: [...shell, process.execPath, PROGRAM], args: [url, ...args], env });
  const [, pid] = await host.stderrMatching(/^pid (\d+)$/m);
  return { host, pid: Number(pid) };
}

async function assertFree(port: number): Promise<void> {
  const server = createTcpServer();
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen({ port, host: "127.0.0.1" }, done);
  });
  await closeServer(server);
}

/** In a session; `busy`: with a call that is never answered. */
async function inSession(busy: boolean, keepInput: boolean): Promise<Bridge> {
  const remote = await startProtectedRemote({});
  const { host, pid } = await start({ url: remote.url, keepInput });
  await host.initialize();
  await host.request("tools/list");
  if (busy) {
    remote.server.script("mcp", ({ method }, normally) => (method === "POST" ? { hang: true } : normally()));
    const { length } = remote.server.to("mcp");
    host.send({ jsonrpc: "2.0", id: "never", method: "tools/call", params: { name: "echo", arguments: {} } });
    await remote.server.arrival("mcp", length + 1);
  }
  return {
    host,
    pid,
    check: () => assert.equal(remote.sessions.size, 0, "the session was not deleted"),
    close: () => remote.close(),
  };
}

async function duringSignIn(keepInput: boolean): Promise<Bridge> {
  const issuer = await startStrictIssuer();
  const remote = await startProtectedRemote({ issuer });
  const browser = browserProgram({ behaviour: "idle" });
  const port = await quietPort();
  const { host, pid } = await start({ url: remote.url, args: [String(port)], env: browser.env, keepInput });
  host.send({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "leaving-host", version: "1" },
    },
  });
  await browser.arrival();
  await assert.rejects(assertFree(port), "the redirect's port is bound by now");
  return {
    host,
    pid,
    check: () => assertFree(port),
    close: async () => {
      browser.remove();
      await Promise.all([remote.close(), issuer.close()]);
    },
  };
}

/** Asks a remote that takes connections and says nothing. */
async function unanswered(keepInput: boolean): Promise<Bridge> {
  let asked: (() => void) | undefined;
  const arrival = new Promise<void>((done) => {
    asked = done;
  });
  const mute = createServer(() => asked?.());
  const { host, pid } = await start({ url: `http://127.0.0.1:${await listenOn(mute)}/mcp`, keepInput });
  host.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
  await arrival;
  return { host, pid, check: () => undefined, close: () => closeServer(mute) };
}

/** Nothing listens at the remote's address; the host has been told. */
async function remoteDown(keepInput: boolean): Promise<Bridge> {
  const { host, pid } = await start({ url: `http://127.0.0.1:${await quietPort()}/mcp`, keepInput });
  host.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
  await host.stderrMatching(/NETWORK_REFUSED/);
  return { host, pid, check: () => undefined, close: async () => undefined };
}

/** The host never said anything. */
async function silent(keepInput: boolean): Promise<Bridge> {
  const { host, pid } = await start({ url: "http://127.0.0.1:9/mcp", args: ["--debug"], keepInput });
  await host.stderrMatching(/Debug events go to/);
  return { host, pid, check: () => undefined, close: async () => undefined };
}

export const STATES: Readonly<Record<string, (keepInput: boolean) => Promise<Bridge>>> = {
  "before the first message": silent,
  "in an idle session": (keepInput) => inSession(false, keepInput),
  "during a call": (keepInput) => inSession(true, keepInput),
  "during a sign-in": duringSignIn,
  "while the remote does not answer": unanswered,
  "while the remote is down": remoteDown,
};

/** Each ends the bridge; the exit code says whether it was interrupted. */
export const CAUSES: Readonly<Record<string, (bridge: Bridge) => void>> = {
  "stdin ends": ({ host }) => void host.child.stdin?.end(),
  SIGTERM: ({ pid }) => void process.kill(pid, "SIGTERM"),
  SIGINT: ({ pid }) => void process.kill(pid, "SIGINT"),
  SIGHUP: ({ pid }) => void process.kill(pid, "SIGHUP"),
  "the parent is killed": ({ host }) => void host.child.kill("SIGKILL"),
};
