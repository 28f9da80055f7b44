// The operating system's certificates, which Node can read from 22.15 on.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { createAuthority, createLeaf } from "../../support/project/certificates.ts";
import { needed } from "../../support/project/parts.ts";
import { NODE_22, scratchNode, scratchPackages } from "../../support/project/scratch-packages.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { closeServer, listenOn } from "../../support/remotes/network.ts";

/** Three requests at once; prints their statuses, or what went wrong. */
const PROGRAM = `
  const [, url, client, clock, extraCa] = process.argv;
  const { NodeHttpClient } = await import(client);
  const { createSystemClock } = await import(clock);
  const network = { connectTimeoutMs: 5000, ...(extraCa && { extraCa }) };
  const diagnostics = { enabled: false, event() {}, notice() {} };
  const http = new NodeHttpClient({ network, env: process.env, clock: createSystemClock(), diagnostics });
  const send = () => http.send({ method: "GET", url: new URL(url), headers: {} });
  const results = await Promise.allSettled([send(), send(), send()]);
  console.log(results.map(({ value, reason }) => value?.status ?? reason.code + " " + reason.hint).join("\\n"));
  process.exit();`;

test("[NET-9] an authority of the system's store is trusted where Node can read it, with --ca-file or without", async (t) => {
  const linux = process.platform === "linux" ? "Linux" : undefined;
  if (needed(t, "Linux, whose store a variable can replace,", linux) === undefined) return;
  const folder = needed(t, "Node 22", await scratchPackages("node-22", [NODE_22]));
  if (folder === undefined) return;
  const files = temporaryFolder();
  const [known, other] = await Promise.all([createAuthority(), createAuthority("Another Authority")]);
  const server = createServer(await createLeaf(known), (_, answer) => answer.end("ok"));
  t.after(() => Promise.all([closeServer(server), files.remove()]));
  const url = `https://localhost:${await listenOn(server)}/`;
  const store = path.join(files.path, "system.pem");
  writeFileSync(store, known.cert);

  async function statuses(env: Record<string, string>, extraCa = ""): Promise<string[]> {
    const modules = ["http/http-client", "process/clock"].map(
      (name) => new URL(`../../../src/platform/${name}.js`, import.meta.url).href,
    );
    const args = ["--input-type=module", "-e", PROGRAM, "--", url, ...modules, extraCa];
    const { stdout } = await promisify(execFile)(scratchNode(folder ?? ""), args, { env });
    return stdout.trimEnd().split("\n");
  }

  const all = ["200", "200", "200"];
  assert.deepEqual(await statuses({ SSL_CERT_FILE: store }), all);
  assert.deepEqual(await statuses({ SSL_CERT_FILE: store }, other.cert), all);
  assert.deepEqual(await statuses({ NODE_EXTRA_CA_CERTS: store }, other.cert), all);
  const [unknown = ""] = await statuses({});
  assert.match(unknown, /^NETWORK_TLS .*--ca-file.*system's certificate store/);
});
