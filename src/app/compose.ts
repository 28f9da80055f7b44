// Joins the parts that the use-cases work with. Production and integration tests call the same function, tests with other
// adapters.
import path from "node:path";
import { createAuthorizer } from "../auth/authorizer.ts";
import { type Bridge, createBridge } from "../bridge/bridge.ts";
import type { SignInControl } from "../core/ports/sign-in-control.ts";
import type { VaultKey } from "../core/ports/vault.ts";
import type { Settings } from "../core/settings.ts";
import { recordName } from "../store/record/record-name.ts";
import {
  createRemoteCache,
  createVolatileRemoteCache,
  type ForgettableCache,
  remoteCacheFolder,
} from "../store/remote-cache.ts";
import { createSecretOwners } from "../store/secret-owners.ts";
import { createVault } from "../store/vault.ts";
import type { Adapters } from "./adapters.ts";
import { givenAuthorization } from "./given-authorization.ts";

/** What the use-cases work with. */
export interface Parts {
  readonly authorizer: SignInControl;
  /** What the remote said in earlier runs. */
  readonly memory: ForgettableCache;
  /** Call once: it takes standard input and output. */
  bridge(): Bridge;
  /** Ends a sign-in that goes on. The adapters are closed by whoever made them. */
  close(): Promise<void>;
}

export function compose(settings: Settings, adapters: Adapters, key: VaultKey = vaultKey(settings)): Parts {
  const { remote, headers, network, store } = settings;
  const vault = createVault({ ...adapters, settings: store, key });
  const secretOwners = createSecretOwners({ ...adapters, settings: store, key });
  const authorizer = headers.some(({ name }) => name === "authorization")
    ? givenAuthorization()
    : createAuthorizer({ ...adapters, settings: settings.auth, remote, vault, secretOwners });
  const memory =
    store.kind === "memory"
      ? createVolatileRemoteCache()
      : createRemoteCache(path.join(remoteCacheFolder(store.folder), `${recordName(key)}.json`), adapters);
  return {
    authorizer,
    memory,
    bridge: () =>
      createBridge({
        ...adapters,
        remote,
        headers,
        network,
        settings: settings.session,
        input: adapters.stdin,
        output: adapters.stdout,
        authorizer,
        remoteCache: memory,
      }),
    close: () => authorizer.close(),
  };
}

/** Names the record in the vault: see VAULT-3 for what belongs to it, and what must not. */
function vaultKey({ remote, store, auth }: Settings): VaultKey {
  const clientChoice = auth.staticClient?.clientId ?? auth.clientMetadataUrl?.href;
  return {
    remote: remote.canonical,
    profile: store.profile,
    ...(auth.resource !== undefined && { resource: auth.resource }),
    ...(clientChoice !== undefined && { clientChoice }),
  };
}
