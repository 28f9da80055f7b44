// What may be wrong on the way to the server, and with its answer; and on this computer.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import type { TestContext } from "node:test";
import { createAuthority, createLeaf, createSelfSigned } from "../project/certificates.ts";
import { idleTcpServer } from "../remotes/busy-port.ts";
import { closeServer, listenOn } from "../remotes/network.ts";
import { quietPort } from "../remotes/quiet-port.ts";
import type { World } from "./world.ts";

/** In no output. */
export const SECRET = "canary-4f9a1c77e0b2d6";

const authority = await createAuthority();
const selfSigned = await createSelfSigned();
const expired = await createLeaf(authority, { notAfter: new Date(Date.now() - 3_600_000) });
const otherName = await createLeaf(authority, { names: ["elsewhere.example"], addresses: ["192.0.2.1"] });
const good = await createLeaf(authority);

const trusting = (_t: TestContext, url: string, folder: string): readonly string[] => {
  const file = path.join(folder, "ca.pem");
  writeFileSync(file, authority.cert);
  return [url, "--ca-file", file];
};

export const NETWORK_WORLDS: readonly World[] = [
  {
    what: "an unknown name",
    id: "dns",
    party: "you",
    code: "NETWORK_DNS",
    exitCode: 3,
    words: () => ["https://no-such-host.invalid/mcp"],
  },
  {
    what: "nobody listens",
    id: "tcp",
    party: "you",
    code: "NETWORK_REFUSED",
    exitCode: 3,
    words: async () => [`http://127.0.0.1:${await quietPort()}/mcp`],
  },
  {
    what: "a self-signed certificate",
    id: "tls",
    party: "you",
    code: "NETWORK_TLS",
    exitCode: 3,
    tls: () => selfSigned,
  },
  {
    what: "an expired certificate",
    id: "tls",
    party: "server",
    code: "NETWORK_TLS",
    exitCode: 3,
    tls: () => expired,
    words: trusting,
  },
  {
    what: "a certificate for another host",
    id: "tls",
    party: "server",
    code: "NETWORK_TLS",
    exitCode: 3,
    tls: () => otherName,
    words: trusting,
  },
  {
    what: "a certificate that ends soon",
    id: "tls",
    verdict: "warn",
    party: "server",
    exitCode: 1,
    tls: () => good,
    words: trusting,
  },
  {
    what: "no HTTP at all",
    id: "answer",
    party: "server",
    code: "NETWORK_RESET",
    exitCode: 3,
    async words(t) {
      const server = createServer((socket) =>
        socket
          .on("error", () => undefined)
          .resume()
          .end("SSH-2.0-OpenSSH\r\n"),
      );
      const port = await listenOn(server);
      t.after(() => closeServer(server));
      return [`http://127.0.0.1:${port}/mcp`];
    },
  },
  {
    what: "a web page",
    id: "answer",
    party: "you",
    code: "REMOTE_NOT_MCP",
    exitCode: 5,
    mcp: { body: "<html>Welcome</html>", headers: { "content-type": "text/html" } },
  },
  {
    what: "a fault of the server",
    id: "answer",
    party: "server",
    code: "REMOTE_HTTP_ERROR",
    exitCode: 5,
    mcp: { status: 500, body: "oops" },
  },
  {
    what: "a server that moved",
    id: "answer",
    party: "you",
    code: "REMOTE_REDIRECT",
    exitCode: 5,
    mcp: { status: 308, headers: { location: "https://elsewhere.example/mcp" } },
  },
  {
    what: "a busy server",
    id: "answer",
    party: "server",
    code: "REMOTE_BUSY",
    exitCode: 5,
    mcp: { status: 429, headers: { "retry-after": "60" } },
  },
  {
    what: "a taken redirect port",
    id: "redirect",
    party: "you",
    code: "LOCAL_PORT_TAKEN",
    exitCode: 6,
    async words(t, url) {
      const busy = await idleTcpServer();
      t.after(() => busy.close());
      return [url, String(busy.port)];
    },
  },
  {
    what: "a clock that is wrong by an hour",
    id: "clock",
    verdict: "fail",
    party: "you",
    exitCode: 6,
    aheadMs: 3_600_000,
  },
  {
    what: "a clock that is wrong by a minute",
    id: "clock",
    verdict: "warn",
    party: "you",
    exitCode: 1,
    aheadMs: 60_000,
  },
  {
    what: "a folder that is none",
    id: "folder",
    party: "you",
    code: "LOCAL_VAULT_UNSAFE",
    exitCode: 6,
    words(_t, url, folder) {
      writeFileSync(path.join(folder, "vault"), "");
      return [url];
    },
  },
  {
    what: "a folder that is open to all",
    id: "folder",
    verdict: "warn",
    party: "you",
    exitCode: 1,
    words(_t, url, folder) {
      mkdirSync(path.join(folder, "vault"));
      chmodSync(path.join(folder, "vault"), 0o755);
      return [url];
    },
  },
  {
    what: "a proxy variable that names no proxy",
    id: "proxy",
    party: "you",
    code: "NETWORK_PROXY",
    exitCode: 3,
    env: { HTTPS_PROXY: `socks5://user:${SECRET}@127.0.0.1:1` },
    words: () => ["https://example.com/mcp"],
  },
  {
    what: "an Authorization header that is refused",
    id: "authorization",
    party: "you",
    code: "AUTH_TOKEN_REJECTED",
    exitCode: 4,
    words: (_t, url) => [url, "--header", `Authorization: Bearer ${SECRET}`],
  },
];
