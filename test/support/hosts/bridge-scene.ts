// A bridge between a host in the same process and a scripted remote, gone with the test that wanted it.
import { afterEach } from "node:test";
import { ScriptedRemote, type ScriptedRemoteOptions } from "../remotes/scripted-remote.ts";
import { BridgeHost, type BridgeHostOptions } from "./bridge-host.ts";

export interface BridgeScene {
  readonly host: BridgeHost;
  readonly remote: ScriptedRemote;
}

export type StartScene = (
  options?: Partial<BridgeHostOptions>,
  remoteOptions?: ScriptedRemoteOptions,
) => Promise<BridgeScene>;

/** Call once a test file, at its top. */
export function bridgeScenes(): StartScene {
  let open: BridgeScene[] = [];
  afterEach(async () => {
    for (const { host, remote } of open.reverse()) {
      await host.close();
      await remote.close();
    }
    open = [];
  });
  return async (options = {}, remoteOptions = {}) => {
    const remote = new ScriptedRemote(remoteOptions);
    await remote.listen();
    const host = new BridgeHost({ url: remote.url, ...options });
    open.push({ host, remote });
    return { host, remote };
  };
}
