import type { Assertions } from "../core/ports/assertions.ts";
import type { Browser, RedirectListeners } from "../core/ports/browser.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { SecretOwners } from "../core/ports/secret-owners.ts";
import type { Vault } from "../core/ports/vault.ts";
import type { RemoteUrl } from "../core/remote-url.ts";
import type { AuthSettings } from "../core/settings.ts";
import type { EndpointPolicy } from "./protocol/endpoint-policy.ts";
import type { IssuerHttp } from "./protocol/issuer-http.ts";
import type { Quirk } from "./protocol/issuer-quirks.ts";
import type { SignInState } from "./sign-in-state.ts";

/** Everything that the steps of a sign-in need; made once for each remote. */
export interface AuthContext extends Runtime {
  readonly settings: AuthSettings;
  readonly remote: RemoteUrl;
  readonly vault: Vault;
  readonly secretOwners: SecretOwners;
  readonly http: IssuerHttp;
  readonly policy: EndpointPolicy;
  readonly browser: Browser;
  readonly listeners: RedirectListeners;
  readonly assertions: Assertions;
  /** Is there an address of this host outside private networks, as far as can be told? */
  readonly isPublicHost: (hostname: string) => Promise<boolean>;
  /** Default: the table of those that are known, which no start loads. */
  readonly quirks?: readonly Quirk[] | undefined;
  /** What others may know of a sign-in as long as a person is waited for. */
  readonly signInState: SignInState;
}
