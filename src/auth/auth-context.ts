import type { Assertions } from "../core/ports/assertions.ts";
import type { Browser, RedirectListeners } from "../core/ports/browser.ts";
import type { Checkpoint } from "../core/ports/checkpoint.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Diagnostics } from "../core/ports/diagnostics.ts";
import type { Random } from "../core/ports/random.ts";
import type { Vault } from "../core/ports/vault.ts";
import type { RemoteUrl } from "../core/remote-url.ts";
import type { AuthSettings } from "../core/settings.ts";
import type { EndpointPolicy } from "./protocol/endpoint-policy.ts";
import type { IssuerHttp } from "./protocol/issuer-http.ts";
import type { Quirk } from "./protocol/issuer-quirks.ts";

/** Everything that the steps of a sign-in need; made once in `createAuthorizer`. */
export interface AuthContext {
  readonly settings: AuthSettings;
  readonly remote: RemoteUrl;
  readonly vault: Vault;
  readonly http: IssuerHttp;
  readonly endpointPolicy: EndpointPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly browser: Browser;
  readonly listeners: RedirectListeners;
  readonly assertions: Assertions;
  readonly diagnostics: Diagnostics;
  readonly checkpoint: Checkpoint;
  readonly quirks: readonly Quirk[];
}
