// Asks the remote whether it wants a sign-in, for `login`: only its own challenge names metadata at unusual places.
import type { HttpClient, HttpRequest } from "../../core/ports/http.ts";
import type { RemoteUrl } from "../../core/remote-url.ts";
import type { UserHeader } from "../../core/settings.ts";

interface Probe {
  readonly status: number;
  readonly wwwAuthenticate: readonly string[];
}

const PATIENCE_MS = 15_000;

/**
 * A GET, which changes nothing; where that tells nothing, an `initialize` whose session is ended at once.
 * @throws Failure NETWORK_*
 */
export async function probeRemote(
  {
    http,
    remote,
    headers,
  }: { readonly http: HttpClient; readonly remote: RemoteUrl; readonly headers: readonly UserHeader[] },
  signal: AbortSignal,
): Promise<Probe> {
  const own = Object.fromEntries(headers.map(({ name, value }) => [name, value.reveal()]));
  const send = async (request: Pick<HttpRequest, "method" | "headers" | "body">) => {
    const all = { ...own, ...request.headers };
    const response = await http.send({
      ...request,
      url: remote.url,
      headers: all,
      signal,
      headersTimeoutMs: PATIENCE_MS,
    });
    response.body.on("error", () => {}).destroy();
    return response;
  };
  const get = await send({ method: "GET", headers: { accept: "text/event-stream" } });
  if (get.status === 401) return { status: 401, wwwAuthenticate: get.headerValues("www-authenticate") };
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "mcp-drawbridge", version: "0" },
  };
  const accept = "application/json, text/event-stream";
  const post = await send({
    method: "POST",
    headers: { accept, "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params })),
  });
  const session = post.headerValues("mcp-session-id")[0];
  if (session !== undefined) await send({ method: "DELETE", headers: { "mcp-session-id": session } });
  return { status: post.status, wwwAuthenticate: post.headerValues("www-authenticate") };
}
