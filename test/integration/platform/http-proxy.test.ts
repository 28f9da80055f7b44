import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { after, afterEach, before, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import { createAuthority, createLeaf, type KeyPair } from "../../support/project/certificates.ts";
import {
  closeServer,
  listenOn,
  request,
  type TestClientOptions,
  testClient,
  textOf,
} from "../../support/remotes/network.ts";
import {
  type SmallProxy,
  type SmallProxyOptions,
  startSmallProxy,
} from "../../support/remotes/small-proxy.ts";

// The package that reads the variables reads those of the process.
const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"];
const plain = createServer((incoming, answer) =>
  answer.end(`plain ${incoming.url} ${incoming.headers.host}`),
);
const cleanup: (() => unknown)[] = [];
let authority: KeyPair;
let plainPort = 0;
let securePort = 0;
let leads: Record<string, number> = {};

before(async () => {
  authority = await createAuthority();
  const secure = createTlsServer(
    await createLeaf(authority, { names: ["remote.test"], addresses: ["203.0.113.5"] }),
    (incoming, answer) => answer.end(`secure ${incoming.url}`),
  );
  [plainPort, securePort] = await Promise.all([listenOn(plain), listenOn(secure)]);
  cleanup.push(() => closeServer(secure));
  leads = {
    "remote.test:80": plainPort,
    "remote.test:8080": plainPort,
    "remote.test:443": securePort,
    "203.0.113.5:443": securePort,
    "other.test:443": securePort,
  };
});
afterEach(async () => {
  for (const name of VARIABLES) delete process.env[name];
  for (const step of cleanup.splice(1)) await step();
});
after(async () => {
  await closeServer(plain);
  for (const step of cleanup) await step();
});

async function proxy(options: Omit<SmallProxyOptions, "leads"> = {}): Promise<SmallProxy> {
  const started = await startSmallProxy({ leads, ...options });
  cleanup.push(() => started.close());
  return started;
}

function client(env: Record<string, string>, network: TestClientOptions["network"] = {}): HttpClient {
  Object.assign(process.env, env);
  const made = testClient({ env: process.env, network: { extraCa: authority.cert, ...network } });
  cleanup.push(() => made.close());
  return made;
}

test("[NET-9] http goes through HTTP_PROXY in absolute form, over one kept connection", async () => {
  const { port, seen } = await proxy();
  const through = client({ HTTP_PROXY: `http://127.0.0.1:${port}` });
  const url = "http://remote.test:8080/mcp?a=1";
  for (const _ of [1, 2])
    assert.equal(await textOf(await through.send(request(url))), "plain /mcp?a=1 remote.test:8080");
  assert.deepEqual(seen, [`GET ${url}`, `GET ${url}`]);
});

test("[NET-9] https goes through HTTPS_PROXY by CONNECT, and the certificate is checked for the target", async () => {
  const { port, seen } = await proxy();
  const through = client({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
  for (const _ of [1, 2])
    assert.equal(await textOf(await through.send(request("https://remote.test/mcp"))), "secure /mcp");
  assert.equal(await textOf(await through.send(request("https://203.0.113.5/ip"))), "secure /ip");
  assert.deepEqual(seen, ["CONNECT remote.test:443", "CONNECT 203.0.113.5:443"]);
  const wrong = through.send(request("https://other.test/"));
  await assert.rejects(
    wrong,
    (error) => isFailure(error, "NETWORK_TLS") && /another host/.test(error.message),
  );
  assert.deepEqual(seen.slice(2), ["CONNECT other.test:443"], "a wrong name is not tried again");
});

test("[NET-9] a proxy is not shown the client certificate of the server behind it", async () => {
  const asking = { ca: authority.cert, requestCert: true, rejectUnauthorized: false };
  const secure = createTlsServer(
    { ...(await createLeaf(authority, { names: ["remote.test"] })), ...asking },
    ({ socket }, answer) => answer.end(String((socket as TLSSocket).getPeerCertificate().subject?.CN)),
  );
  leads["remote.test:4443"] = await listenOn(secure);
  cleanup.push(() => closeServer(secure));
  const { port, shown } = await proxy({ tls: { ...(await createLeaf(authority)), ...asking } });
  Object.assign(process.env, { HTTPS_PROXY: `https://localhost:${port}` });
  const { cert, key } = await createLeaf(authority, { names: ["ann"], addresses: [], use: "client" });
  const through = testClient({
    env: process.env,
    network: { extraCa: authority.cert, clientCert: cert, clientKey: new Secret(key) },
    certificateOrigins: new Set(["https://remote.test:4443"]),
  });
  cleanup.push(() => through.close());
  assert.equal(await textOf(await through.send(request("https://remote.test:4443/"))), "ann");
  assert.deepEqual(shown, [undefined]);
});

test("[NET-9] a proxy given without a scheme is an HTTP proxy; its credentials are sent to it alone", async () => {
  const { port, seen, credentials } = await proxy();
  const through = client({ HTTPS_PROXY: `user:p%40ss@127.0.0.1:${port}` });
  await textOf(await through.send(request("https://remote.test/")));
  assert.equal(seen.length, 1);
  assert.deepEqual(credentials, [`Basic ${Buffer.from("user:p@ss").toString("base64")}`]);
});

test("[NET-9] loopback never goes through a proxy, nor what NO_PROXY names, nor anything with --no-proxy", async () => {
  const { port, seen } = await proxy();
  const url = `http://127.0.0.1:${port}`;
  const through = client({ HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: "remote.test,.inside.test" });
  for (const host of ["127.0.0.1", "localhost"])
    assert.match(await textOf(await through.send(request(`http://${host}:${plainPort}/`))), /^plain/);
  for (const host of ["remote.test", "a.inside.test"])
    await assert.rejects(through.send(request(`http://${host}/`)), (error) =>
      isFailure(error, "NETWORK_DNS"),
    );
  const without = client({ HTTP_PROXY: url, NO_PROXY: "" }, { useProxy: false });
  await assert.rejects(without.send(request("http://remote.test/")), (error) =>
    isFailure(error, "NETWORK_DNS"),
  );
  assert.deepEqual(seen, []);
});

test("[NET-9] a proxy that cannot be reached or refuses is named, without its credentials", async () => {
  const gone = await proxy();
  await gone.close();
  const refusing = await proxy({ refuseWith: 407 });
  const cases: readonly (readonly [port: number, expected: RegExp])[] = [
    [gone.port, /127\.0\.0\.1:\d+ could not be used \(ECONNREFUSED\)/],
    [refusing.port, /refused to connect to remote\.test:443 \(status 407\)/],
  ];
  for (const [port, expected] of cases) {
    const through = client({ HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${port}` });
    await assert.rejects(through.send(request("https://remote.test/")), (error) => {
      assert.ok(isFailure(error, "NETWORK_PROXY"), String(error));
      assert.equal(error.received, "no");
      assert.match(error.message, expected);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  }
});

test("[NET-9] a tunnel that is never granted ends with the connect timeout", async () => {
  const { port } = await proxy({ hang: true });
  const through = client({ HTTPS_PROXY: `http://127.0.0.1:${port}` }, { connectTimeoutMs: 50 });
  const sent = through.send(request("https://remote.test/"));
  await assert.rejects(
    sent,
    (error) => isFailure(error, "NETWORK_TIMEOUT") && /through the proxy/.test(error.message),
  );
});

test("[NET-9] a proxy variable that names no HTTP proxy is an error, not a detour", async () => {
  for (const value of ["socks5://127.0.0.1:1", "http://", "ftp://u:hunter2@h"]) {
    const sent = client({ HTTPS_PROXY: value }).send(request("https://remote.test/"));
    await assert.rejects(
      sent,
      (error) => isFailure(error, "NETWORK_PROXY") && !/hunter2/.test(error.message),
      value,
    );
  }
});

test("[LIM-1] behind a proxy, literal private addresses are refused", async () => {
  const { port, seen } = await proxy();
  const through = client({ HTTP_PROXY: `http://127.0.0.1:${port}` });
  const sent = through.send(request("http://10.0.0.1/", { addresses: "public" }));
  await assert.rejects(sent, (error) => isFailure(error, "NETWORK_BLOCKED_ADDRESS"));
  assert.equal(
    await textOf(await through.send(request("http://remote.test/", { addresses: "public" }))),
    "plain / remote.test",
  );
  assert.equal(seen.length, 1);
});
