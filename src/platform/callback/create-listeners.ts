import type { RedirectListeners } from "../../core/ports/browser.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** The loopback listener of a sign-in; see redirect-server.ts, which only a sign-in loads. */
export function createListeners(options: { readonly clock: Clock }): RedirectListeners {
  return { listen: async (wanted) => (await import("./callback-server.ts")).listen(wanted, options.clock) };
}
