// A host, a bridge and a remote, each of the era that a test wants.
import { afterEach } from "node:test";
import { ModernServer, type ModernServerOptions } from "../remotes/modern-server.ts";
import { ScriptedRemote, type ScriptedRemoteOptions } from "../remotes/scripted-remote.ts";
import { BridgeHost, type BridgeHostOptions, type Received } from "./bridge-host.ts";
import type { Json } from "./rpc-text.ts";

/** Opens such scenes, and closes each after its test. */
export function eraScenes() {
  let clean: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const action of clean.reverse()) await action();
    clean = [];
  });

  async function opened<Remote extends { url: string; listen(): Promise<void>; close(): Promise<void> }>(
    remote: Remote,
    more: Partial<BridgeHostOptions>,
  ) {
    await remote.listen();
    const host = new BridgeHost({ url: remote.url, ...more });
    clean.push(
      () => remote.close(),
      () => host.close(),
    );
    return { remote, host };
  }

  return {
    modern: (options: ModernServerOptions = {}, more: Partial<BridgeHostOptions> = {}) =>
      opened(new ModernServer(options), more),
    legacy: (options: ScriptedRemoteOptions = {}, more: Partial<BridgeHostOptions> = {}) =>
      opened(new ScriptedRemote(options), more),
  };
}

/** What the host heard of one method. */
export const said = (host: BridgeHost, method: string): readonly Received[] =>
  host.lines.filter(({ json }) => json.method === method);

/** `params` of a message that a remote got. */
export const paramsOf = (message: { json: unknown } | undefined): Json =>
  ((message?.json ?? {}) as { params: Json }).params;

export const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
