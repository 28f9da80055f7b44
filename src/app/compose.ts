// Joins the parts that the use-cases work with. Production and integration tests call the same function, tests with other
// adapters.
import { createAuthorizer } from "../auth/authorizer.ts";
import { type Bridge, createBridge } from "../bridge/bridge.ts";
import type { SignInControl } from "../core/ports/sign-in-control.ts";
import type { VaultKey } from "../core/ports/vault.ts";
import type { Settings } from "../core/settings.ts";
import { lazyKeyRing } from "../store/keys/lazy-key-ring.ts";
import { createRemoteCache, type ForgettableCache } from "../store/remote-cache.ts";
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
  const stored = { ...adapters, settings: store, key };
  const keys = lazyKeyRing(stored);
  const vault = createVault(stored, keys);
  const secretOwners = createSecretOwners(stored);
  const isGiven = headers.some(({ name }) => name === "authorization");
  const authorizer = isGiven
    ? givenAuthorization()
    : createAuthorizer({ ...adapters, settings: settings.auth, remote, vault, secretOwners });
  const memory = createRemoteCache(stored, isGiven ? undefined : { vault, keys });
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
export function vaultKey({ remote, store, auth }: Settings): VaultKey {
  const clientChoice = auth.staticClient?.clientId ?? auth.clientMetadataUrl?.href;
  return {
    remote: remote.canonical,
    profile: store.profile,
    ...(auth.resource !== undefined && { resource: auth.resource }),
    ...(clientChoice !== undefined && { clientChoice }),
  };
}
