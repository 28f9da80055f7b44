// Addresses that only the browser visits: no connection of ours checks where they lead (LIM-1).
import { Failure } from "../../core/failure/failure.ts";
import { quoted } from "../../core/text/printable.ts";
import type { EndpointPolicy } from "./endpoint-policy.ts";

interface AddressCheck {
  readonly policy: EndpointPolicy;
  /** As in `AuthContext`. */
  readonly isPublicHost: (hostname: string) => Promise<boolean>;
}

/** @throws Failure NETWORK_BLOCKED_ADDRESS: a page there could act on a device of the user's own network */
export async function checkBrowserAddress({ policy, isPublicHost }: AddressCheck, url: URL): Promise<void> {
  if (policy.addresses(url) === "any" || (await isPublicHost(url.hostname))) return;
  throw new Failure(
    "NETWORK_BLOCKED_ADDRESS",
    `The sign-in page is at ${quoted(url.host)}, an address inside a private network, and was not opened.`,
  );
}
