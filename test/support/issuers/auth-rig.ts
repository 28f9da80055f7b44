// An authorizer with real network and real listeners, and a small stand-in for the bridge: it sends one request, and
// does with a refusal what the bridge does.
import { type AuthorizerOptions, createAuthorizer } from "../../../src/auth/authorizer.ts";
import { probeRemote } from "../../../src/bridge/probe-remote.ts";
import type { Authorizer, RequestCause } from "../../../src/core/ports/authorizer.ts";
import type { Browser, RedirectListener, RedirectListeners } from "../../../src/core/ports/browser.ts";
import type { Step } from "../../../src/core/ports/checkpoint.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { EventFields } from "../../../src/core/ports/diagnostics.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import type { SignInControl, SignInOptions } from "../../../src/core/ports/sign-in-control.ts";
import type { Vault } from "../../../src/core/ports/vault.ts";
import { parseRemoteUrl } from "../../../src/core/remote-url.ts";
import type { AuthSettings } from "../../../src/core/settings.ts";
import { assertions } from "../../../src/platform/assertion-source.ts";
import { listen } from "../../../src/platform/callback/callback-server.ts";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import { isPublicHost } from "../../../src/platform/http/public-address.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";
import { scriptedBrowser } from "../browsers/browser.ts";
import { SESSION } from "../hosts/bridge-host.ts";
import { type SharedVault, sharedVault } from "../stores/memory-vault.ts";

export interface RigOptions {
  readonly remote: string;
  readonly settings?: Partial<AuthSettings>;
  readonly browser?: Browser;
  readonly shared?: SharedVault;
  readonly vault?: Vault;
  readonly clock?: Clock;
  readonly checkpoint?: (step: Step) => Promise<void> | void;
  /** Stands in front of the network. */
  readonly wrapHttp?: (http: HttpClient) => HttpClient;
  readonly more?: Partial<AuthorizerOptions>;
}

export interface Rig {
  readonly authorizer: Authorizer & ReturnType<typeof createAuthorizer>;
  /** What the authorizer was made with. */
  readonly options: AuthorizerOptions;
  readonly probe: SignInOptions["probe"];
  readonly shared: SharedVault;
  readonly steps: Step[];
  readonly notices: string[];
  readonly events: { readonly name: string; readonly fields: EventFields }[];
  /** Sends one JSON-RPC request to the remote, signing in as asked; the last status. At most `most` refusals. */
  call(request?: { method?: string; name?: string; cause?: RequestCause; most?: number }): Promise<number>;
  /** As `login` does. */
  signIn(options?: Partial<SignInOptions>, signal?: AbortSignal): ReturnType<SignInControl["signIn"]>;
  /** As the system does for a process that died. */
  releasePorts(): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULT_SETTINGS: AuthSettings = {
  redirect: { host: "localhost", path: "/oauth/callback" },
  clientMetadata: {},
  omitResource: false,
  authorizeParams: [],
  allowMissingPkceMetadata: false,
  useIdToken: false,
  signInTimeoutMs: 300_000,
  openBrowser: true,
  allowPrivateNetwork: false,
  grantType: { kind: "authorization_code" },
};

export function createRig(options: RigOptions): Rig {
  const clock = options.clock ?? createSystemClock();
  const shared = options.shared ?? sharedVault();
  const remote = parseRemoteUrl(options.remote, false);
  const steps: Step[] = [];
  const notices: string[] = [];
  const events: { name: string; fields: EventFields }[] = [];
  const diagnostics = {
    enabled: true,
    event: (name: string, fields: EventFields = {}) => void events.push({ name, fields }),
    notice: (text: string) => void notices.push(text),
  };
  const network = {
    ipv4Only: false,
    useProxy: false,
    connectTimeoutMs: 10_000,
    headersTimeoutMs: 300_000,
    bodyTimeoutMs: 0,
    maxMessageBytes: 1 << 28,
    maxMemoryBytes: 1 << 29,
    cookies: true,
  };
  // Waiting for the clock of a test would hang the network.
  const real = new NodeHttpClient({ network, env: {}, clock: createSystemClock(), diagnostics });
  const http = options.wrapHttp?.(real) ?? real;
  const bound: RedirectListener[] = [];
  const listeners: RedirectListeners = {
    async listen(wanted) {
      const listener = await listen(wanted, createSystemClock());
      bound.push(listener);
      return listener;
    },
  };
  const authorizerOptions: AuthorizerOptions = {
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    remote,
    vault: options.vault ?? shared.process(),
    secretOwners: shared.owners,
    http,
    clock,
    random: systemRandom,
    browser: options.browser ?? scriptedBrowser(),
    listeners,
    assertions,
    isPublicHost,
    diagnostics,
    async checkpoint(step) {
      steps.push(step);
      await options.checkpoint?.(step);
    },
    ...options.more,
  };
  const authorizer = createAuthorizer(authorizerOptions);
  const never = new AbortController().signal;
  let session: string | undefined;

  async function once(body: string) {
    const sent = await authorizer.credentials({ method: "POST", url: remote.url }, never);
    const response = await http.send({
      method: "POST",
      url: remote.url,
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(session === undefined ? {} : { "mcp-session-id": session }),
        ...sent?.headers,
      },
      body: Buffer.from(body),
    });
    response.body.resume();
    session = response.headerValues("mcp-session-id")[0] ?? session;
    return { sent, response };
  }

  const parts = { remote, headers: [], settings: SESSION, network, http, clock: createSystemClock() };
  const probe: SignInOptions["probe"] = (until) =>
    probeRemote({ ...parts, random: systemRandom, diagnostics }, until);

  return {
    authorizer,
    options: authorizerOptions,
    probe,
    shared,
    steps,
    notices,
    events,
    async call({ method = "initialize", name, cause = "host", most = 4 } = {}) {
      const params = name === undefined ? { protocolVersion: "2025-11-25" } : { name };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      for (let refusals = 0; ; refusals++) {
        const { sent, response } = await once(body);
        const { status } = response;
        const dpopNonce = response.headerValues("dpop-nonce")[0];
        if ((status !== 401 && status !== 403) || refusals === most) {
          if (sent && status !== 401 && status !== 403) authorizer.accepted?.(sent, dpopNonce);
          return status;
        }
        const wwwAuthenticate = response.headerValues("www-authenticate");
        const operation = name === undefined ? method : `${method}:${name}`;
        await authorizer.challenged({ status, wwwAuthenticate, dpopNonce, sent, operation, cause }, never);
      }
    },
    signIn(wanted = {}, signal = never) {
      return authorizer.signIn({ probe, ...wanted }, signal);
    },
    async releasePorts() {
      await Promise.all(bound.map((listener) => listener.close()));
    },
    async close() {
      await authorizer.close();
      http.close();
    },
  };
}
