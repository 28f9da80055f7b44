import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer } from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import type { TLSSocket } from "node:tls";
import * as tls from "node:tls";
import { promisify } from "node:util";
import { isFailure } from "../../../src/core/failure/failure.ts";
import type { NetworkSettings } from "../../../src/core/settings.ts";
import { Secret } from "../../../src/core/text/secret.ts";
import {
  createAuthority,
  createLeaf,
  createSelfSigned,
  type KeyPair,
} from "../../support/project/certificates.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { closeServer, listenOn, request, SILENT, testClient, textOf } from "../../support/remotes/network.ts";

let authority: KeyPair;
let leaf: KeyPair;
const cleanup: (() => unknown)[] = [];

before(async () => {
  authority = await createAuthority();
  leaf = await createLeaf(authority);
});
after(async () => {
  for (const step of cleanup) await step();
});

/** Answers with the name on the client's certificate. */
async function serve(options: ServerOptions): Promise<number> {
  const server = createServer(options, (incoming, answer) => {
    const { subject } = (incoming.socket as TLSSocket).getPeerCertificate();
    answer.end(`hello ${subject?.CN ?? "stranger"}`);
  });
  cleanup.push(() => closeServer(server));
  return listenOn(server);
}

function get(url: string, network: Partial<NetworkSettings> = {}): Promise<string> {
  const client = testClient({ network, certificateOrigins: new Set([new URL(url).origin]) });
  cleanup.push(() => client.close());
  return client.send(request(url)).then(textOf);
}

/** Fails as TLS, before anything was sent; gives message and hint. */
async function refused(sent: Promise<unknown>): Promise<string> {
  const error: unknown = await sent.then(String, (reason) => reason);
  assert.ok(isFailure(error, "NETWORK_TLS"), String(error));
  assert.equal(error.received, "no");
  return `${error.message} ${error.hint}`;
}

test("[NET-9] --ca-file is trusted", async () => {
  const port = await serve(leaf);
  assert.equal(await get(`https://localhost:${port}/`, { extraCa: authority.cert }), "hello stranger");
});

test("[NET-9] --ca-file may hold several authorities, and adds to those that Node knows", async () => {
  const other = await createAuthority("Another Authority");
  const extraCa = `${other.cert}\n${authority.cert}`;
  const port = await serve(leaf);
  assert.equal(await get(`https://localhost:${port}/`, { extraCa }), "hello stranger");
  // NODE_EXTRA_CA_CERTS goes on counting beside it; Node reads that at its start, so this takes a process.
  const folder = temporaryFolder();
  cleanup.push(() => folder.remove());
  const file = path.join(folder.path, "extra.pem");
  writeFileSync(file, authority.cert);
  const program = `
    import { NodeHttpClient } from ${JSON.stringify(new URL("../../../src/platform/http/http-client.js", import.meta.url))};
    import { createSystemClock } from ${JSON.stringify(new URL("../../../src/platform/process/clock.js", import.meta.url))};
    const network = { extraCa: ${JSON.stringify(other.cert)}, connectTimeoutMs: 5000 };
    const diagnostics = { enabled: false, event() {}, notice() {} };
    const client = new NodeHttpClient({ network, env: process.env, clock: createSystemClock(), diagnostics });
    const response = await client.send({ method: "GET", url: new URL("https://localhost:${port}/"), headers: {} });
    console.log(response.status);
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    env: { NODE_EXTRA_CA_CERTS: file },
  });
  assert.equal(stdout.trim(), "200");
});

test("[NET-9] NODE_EXTRA_CA_CERTS that came after Node's start counts, and one that cannot be read costs nothing", async () => {
  const port = await serve(leaf);
  const folder = temporaryFolder();
  cleanup.push(() => folder.remove());
  const names = { good: authority.cert, broken: "-----BEGIN CERTIFICATE-----\nrubbish\n", empty: "" };
  const [good = "", ...bad] = Object.entries(names).map(([name, text]) => {
    const file = path.join(folder.path, name);
    writeFileSync(file, text);
    return file;
  });
  const get = (file: string, lateAuthorities: boolean): Promise<string> => {
    const client = testClient({ env: { NODE_EXTRA_CA_CERTS: file }, lateAuthorities });
    cleanup.push(() => client.close());
    return client.send(request(`https://localhost:${port}/`)).then(textOf);
  };
  assert.equal(await get(good, true), "hello stranger");
  // Where Node gives out the system's authorities, a second try has them and with them this file.
  if (!("getCACertificates" in tls)) await refused(get(good, false));
  for (const file of [...bad, path.join(folder.path, "absent")])
    assert.match(await refused(get(file, true)), /unknown authority/, file);
});

test("[NET-9] an unknown authority is named as the problem, --ca-file as the remedy", async () => {
  const port = await serve(leaf);
  const text = await refused(get(`https://localhost:${port}/`));
  assert.match(text, new RegExp(`localhost:${port} sent a certificate from an unknown authority`));
  assert.match(text, /--ca-file \(or NODE_EXTRA_CA_CERTS\)/);
});

test("[NET-9] a self-signed certificate", async () => {
  const port = await serve(await createSelfSigned());
  assert.match(await refused(get(`https://localhost:${port}/`)), /self-signed.*--ca-file/);
});

test("[NET-9] an expired certificate", async () => {
  const notAfter = new Date(Date.now() - 60_000);
  const port = await serve(await createLeaf(authority, { notAfter }));
  const text = await refused(get(`https://localhost:${port}/`, { extraCa: authority.cert }));
  assert.match(text, /has expired.*date/);
});

test("[NET-9] a certificate for another host: both names are told", async () => {
  const port = await serve(await createLeaf(authority, { names: ["other.example"], addresses: [] }));
  const text = await refused(get(`https://localhost:${port}/`, { extraCa: authority.cert }));
  assert.match(text, /localhost:\d+ sent a certificate for another host.*other\.example/);
});

test("[NET-9] a server without TLS", async () => {
  const plain = createTcpServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const port = await listenOn(plain);
  cleanup.push(() => closeServer(plain));
  assert.match(await refused(get(`https://localhost:${port}/`)), /does not speak TLS.*http:\/\//);
});

test("[NET-9] --client-cert and --client-key sign in to a server that wants them", async () => {
  const port = await serve({ ...leaf, ca: authority.cert, requestCert: true, rejectUnauthorized: true });
  const mine = await createLeaf(authority, { names: ["ann"], addresses: [], use: "client" });
  const network = { extraCa: authority.cert, clientCert: mine.cert, clientKey: new Secret(mine.key) };
  assert.equal(await get(`https://localhost:${port}/`, network), "hello ann");
});

test("[NET-9] the client certificate is shown to the origins that it is for, and to no other", async () => {
  const options = { ...leaf, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
  const [named, other] = [await serve(options), await serve(options)];
  const mine = await createLeaf(authority, { names: ["ann"], addresses: [], use: "client" });
  const network = { extraCa: authority.cert, clientCert: mine.cert, clientKey: new Secret(mine.key) };
  const client = testClient({ network, certificateOrigins: new Set([`https://localhost:${named}`]) });
  cleanup.push(() => client.close());
  for (const _ of [1, 2]) {
    assert.equal(await client.send(request(`https://localhost:${named}/`)).then(textOf), "hello ann");
    assert.equal(await client.send(request(`https://localhost:${other}/`)).then(textOf), "hello stranger");
    // The same computer by another name is another origin.
    assert.equal(await client.send(request(`https://127.0.0.1:${named}/`)).then(textOf), "hello stranger");
  }
});

test("[NET-9] a server that wants a client certificate is told by its alert, under TLS 1.2 and 1.3", async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const options = { ca: authority.cert, requestCert: true, minVersion: version, maxVersion: version };
    const port = await serve({ ...leaf, ...options });
    const text = await refused(get(`https://localhost:${port}/`, { extraCa: authority.cert }));
    assert.match(text, /client certificate.*--client-cert/, version);
  }
});

test("[NET-9] files that are no certificates, or do not fit, are told before connecting", async () => {
  const stranger = await createLeaf(authority, { use: "client" });
  const unusable: readonly Partial<NetworkSettings>[] = [
    { extraCa: "hello" },
    { clientCert: "hello", clientKey: new Secret("x") },
    { clientCert: leaf.cert, clientKey: new Secret(stranger.key) },
  ];
  for (const network of unusable)
    assert.match(await refused(get("https://localhost:1/", network)), /cannot be used.*--client-key/);
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 is worth a warning, once", async () => {
  const notices: string[] = [];
  const diagnostics = { ...SILENT, notice: (text: string) => notices.push(text) };
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const client = testClient({ env, diagnostics });
  const port = await serve(leaf);
  for (const _ of [1, 2]) await refused(client.send(request(`https://localhost:${port}/`)));
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /NODE_TLS_REJECT_UNAUTHORIZED/);
});

test("a TLS handshake that does not end is given up after the connect timeout", async () => {
  const mute = createTcpServer((socket) => socket.resume());
  const port = await listenOn(mute);
  cleanup.push(() => closeServer(mute));
  const sent = get(`https://localhost:${port}/`, { connectTimeoutMs: 50 });
  await assert.rejects(sent, (error) => isFailure(error, "NETWORK_TIMEOUT") && error.received === "no");
});
