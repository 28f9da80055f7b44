// A remote that lets everybody call its tools, and may ask for a sign-in in the result; with an issuer that is strict.
import type { TestContext } from "node:test";
import { scriptedBrowser } from "../browsers/browser.ts";
import { BridgeHost } from "../hosts/bridge-host.ts";
import { isObject, type Json } from "../hosts/rpc-text.ts";
import type { RigOptions } from "../issuers/auth-rig.ts";
import { startScene } from "../issuers/auth-scene.ts";
import { textResult } from "../remotes/mcp-server.ts";
import type { ProtectedRemoteOptions } from "../remotes/protected-remote.ts";
import type { Answer, Exchange } from "../remotes/scripted-server.ts";

const OPEN = ["initialize", "notifications/initialized", "tools/list", "tools/call", "prompts/get", "ping"];
export const idOf = ({ json }: Exchange): unknown => (isObject(json) ? json.id : null);

/** A result that asks for a sign-in. */
export const asking = (challenge: unknown, more: Json = {}): Json => ({
  ...textResult("You need to log in."),
  isError: true,
  _meta: { "mcp/www_authenticate": challenge },
  ...more,
});

export type ResultScene = Awaited<ReturnType<typeof resultScene>>;

export async function resultScene(
  t: TestContext,
  {
    remoteOptions = {},
    ...rigOptions
  }: Partial<RigOptions> & { remoteOptions?: ProtectedRemoteOptions } = {},
) {
  const browser = scriptedBrowser();
  const { issuer, remote, rig: rigOf } = await startScene(t, {}, { openTo: OPEN, ...remoteOptions });
  const rig = rigOf({ browser, ...rigOptions });
  const host = new BridgeHost({ url: remote.url, authorizer: rig.authorizer });
  t.after(() => host.close());
  await host.open();
  await host.request("tools/list");
  const isSignedIn = ({ headers }: Exchange): boolean =>
    typeof issuer.check(String(headers.authorization).replace("Bearer ", "")) === "object";
  return {
    issuer,
    remote,
    rig,
    browser,
    host,
    /** Calls without a good token get this result. */
    wants: (answer: (exchange: Exchange) => Answer) =>
      remote.server.script("mcp", (exchange, normally) =>
        isObject(exchange.json) && exchange.json.method === "tools/call" && !isSignedIn(exchange)
          ? answer(exchange)
          : normally(),
      ),
    calls: () => remote.methods.filter((method) => method === "tools/call").length,
  };
}

export const answerOf = (exchange: Exchange, result: unknown): Json => ({
  jsonrpc: "2.0",
  id: idOf(exchange),
  result,
});

/** The usual challenge. */
export const usual = ({ remote }: Pick<ResultScene, "remote">) => [
  `Bearer resource_metadata="${remote.metadataUrl}"`,
];
