// Every official SDK client with every official SDK server, the built program between them, without a flag.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import type { SdkHost } from "../../support/hosts/sdk-host.ts";
import { isModernHost, SDK_HOSTS, type SdkHostKind, startSdkHost } from "../../support/hosts/sdk-hosts.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startSdkRemoteSse } from "../../support/remotes/sdk-remote-sse.ts";
import { startSdkRemoteV1 } from "../../support/remotes/sdk-remote-v1.ts";
import { startSdkRemoteV2 } from "../../support/remotes/sdk-remote-v2.ts";
import type { SdkRemote } from "../../support/remotes/sdk-remotes.ts";
import { GREETING } from "../../support/remotes/sdk-tools.ts";
import { type CARRIED, eraTable } from "./era-table.ts";

const REMOTES = {
  "v1, sessions": () => startSdkRemoteV1(),
  "v1, HTTP+SSE": () => startSdkRemoteSse(),
  "v2, sessions": () => startSdkRemoteV2(),
  "v2, 2026-07-28 only": () => startSdkRemoteV2({ eras: "modern" }),
  "v2, both": () => startSdkRemoteV2({ eras: "both" }),
} as const;

/** What a host does, and what it must get, whoever is at the other end; README's table says how, by `CARRIED`. */
const FEATURES: Readonly<Record<keyof typeof CARRIED, (host: SdkHost, remote: SdkRemote) => Promise<void>>> =
  {
    async tools(host) {
      assert.ok((await host.tools()).includes("echo"), host.stderr());
      assert.equal(await host.call("add", { a: 20, b: 22 }), "42");
    },
    async progress(host) {
      const steps: number[] = [];
      const onProgress = (progress: number): void => void steps.push(progress);
      assert.equal(await host.call("slow", {}, { onProgress }), "done");
      assert.deepEqual(steps, [1, 2, 3]);
    },
    async cancellation(host, remote) {
      // Once the call is surely running: its progress has arrived.
      const cancel = new AbortController();
      const options = { signal: cancel.signal, onProgress: () => cancel.abort() };
      await assert.rejects(host.call("slow", { wait: true }, options));
      await remote.cancelled.reach(1);
      assert.equal(await host.call("echo", { still: "here" }), '{"still":"here"}');
    },
    async resources(host) {
      assert.equal(await host.readResource(GREETING), "Hello.");
    },
    async "resource subscriptions"(host) {
      const { happened } = await host.watchResource(GREETING);
      await host.call("touch");
      await happened;
    },
    async prompts(host) {
      assert.deepEqual(await host.prompts(), ["greet"]);
    },
    async completion(host) {
      assert.deepEqual(await host.complete("greet", "who", "A"), ["Ada", "Alan"]);
    },
    async logging(host) {
      assert.deepEqual(await host.callLogged("log", "warning"), ["a log message: warning"]);
      assert.deepEqual(await host.callLogged("log", "info"), [
        "a log message: info",
        "a log message: warning",
      ]);
    },
    async sampling(host) {
      assert.equal(await host.call("ask", { what: "sampling" }), "forty-two");
    },
    async "elicitation by form"(host) {
      assert.equal(await host.call("ask", { what: "elicitation" }), "accept Ada");
    },
    async "elicitation by page"(host) {
      assert.equal(await host.call("ask", { what: "visit" }), "accept");
      assert.deepEqual(host.visited, ["https://example.com/consent"]);
    },
    async roots(host) {
      assert.equal(await host.call("ask", { what: "roots" }), "file:///home/ada");
    },
    async "list changes"(host) {
      const { happened } = await host.watchTools();
      await host.call("change");
      await happened;
      assert.ok((await host.tools()).includes("late"));
    },
  };

describe("any host with any remote, with no flag", { concurrency: 3 }, () => {
  for (const host of SDK_HOSTS)
    for (const remote of Object.keys(REMOTES) as (keyof typeof REMOTES)[])
      test(`[ERA-1] [ERA-2] [ERA-3] [ERA-5] host ${host}, remote ${remote}`, (t) => tryOut(t, host, remote));
});

test("README's table of the eras is what was tried here", () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, "../../../../README.md"), "utf8");
  assert.ok(readme.includes(eraTable()), `put this table into README:\n\n${eraTable()}`);
});

async function tryOut(
  t: { test: (name: string, run: () => Promise<void>) => Promise<void>; after(action: () => unknown): void },
  kind: SdkHostKind,
  remoteKind: keyof typeof REMOTES,
): Promise<void> {
  const remote = await REMOTES[remoteKind]();
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const host = await startSdkHost(kind, { args: [remote.url], configDir: folder.path });
  let closed = false;
  t.after(() => (closed ? undefined : host.close()));
  assert.equal(host.revision(), isModernHost(kind) ? "2026-07-28" : "2025-11-25");
  for (const [name, tried] of Object.entries(FEATURES)) await t.test(name, () => tried(host, remote));
  closed = true;
  await host.close();
  assert.equal(remote.openSessions, 0, remote.seen.join());
}
