import type { VaultOptions } from "../vault-options.ts";
import type { KeyRing } from "./key-ring.ts";

/** The keys of the folder, one for all that is sealed there: a key is asked for once, and said of once. */
export type LazyKeyRing = () => Promise<KeyRing>;

/** Loads nothing before the first call. */
export function lazyKeyRing(options: Omit<VaultOptions, "key" | "checkpoint">): LazyKeyRing {
  let loading: Promise<KeyRing> | undefined;
  return () => {
    loading ??= import("./open-key-ring.ts").then(({ openKeyRing }) => openKeyRing(options));
    return loading;
  };
}
