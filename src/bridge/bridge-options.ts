import type { Readable, Writable } from "node:stream";
import type { Authorizer } from "../core/ports/authorizer.ts";
import type { HttpClient } from "../core/ports/http.ts";
import type { RemoteCache } from "../core/ports/remote-cache.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { RemoteUrl } from "../core/remote-url.ts";
import type { NetworkSettings, SessionSettings, UserHeader } from "../core/settings.ts";

/** What a bridge is made of. */
export interface BridgeOptions extends Omit<Runtime, "checkpoint"> {
  readonly remote: RemoteUrl;
  readonly headers: readonly UserHeader[];
  readonly settings: SessionSettings;
  readonly network: NetworkSettings;
  /** The host's messages. */
  readonly input: Readable;
  /** Gets JSON-RPC lines and nothing else. */
  readonly output: Writable;
  readonly authorizer: Authorizer;
  readonly http: HttpClient;
  readonly remoteCache: RemoteCache;
}
