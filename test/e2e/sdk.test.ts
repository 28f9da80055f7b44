// Official SDK clients, both lines, through the built program to official SDK servers, both lines.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { SDK_LINES, startSdkHost } from "../support/hosts/sdk-hosts.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startSdkRemoteV1 } from "../support/remotes/sdk-remote-v1.ts";
import { startSdkRemoteV2 } from "../support/remotes/sdk-remote-v2.ts";

const REMOTES = [
  ["v1", startSdkRemoteV1],
  ["v2", startSdkRemoteV2],
] as const;

for (const [remoteLine, startRemote] of REMOTES)
  for (const hostLine of SDK_LINES) {
    describe(`host ${hostLine}, remote ${remoteLine}`, { timeout: 60_000 }, () => {
      test("[NET-1] [ERA-1] a public remote: tools, resources, prompts, everything the remote asks of the host", async (t) => {
        const remote = await startRemote();
        t.after(() => remote.close());
        const folder = temporaryFolder();
        t.after(() => folder.remove());
        const host = await startSdkHost(hostLine, { args: [remote.url], configDir: folder.path });
        let closed = false;
        t.after(() => (closed ? undefined : host.close()));
        assert.ok((await host.tools()).includes("echo"), host.stderr());
        assert.equal(await host.call("add", { a: 20, b: 22 }), "42");
        assert.equal(await host.readResource("test://greeting"), "Hello.");
        assert.deepEqual(await host.prompts(), ["greet"]);
        assert.equal(await host.call("ask", { what: "sampling" }), "forty-two");
        assert.equal(await host.call("ask", { what: "elicitation" }), "accept Ada");
        assert.equal(await host.call("ask", { what: "roots" }), "file:///home/ada");

        const steps: number[] = [];
        const onProgress = (progress: number): void => void steps.push(progress);
        assert.equal(await host.call("slow", {}, { onProgress }), "done");
        assert.deepEqual(steps, [1, 2, 3]);

        const changed = host.listChanged();
        await host.call("change");
        await changed;
        assert.ok((await host.tools()).includes("late"));

        // Cancelled once the call is surely running: its progress has arrived.
        const cancel = new AbortController();
        const cancelled = host.call(
          "slow",
          { wait: true },
          { signal: cancel.signal, onProgress: () => cancel.abort() },
        );
        await assert.rejects(cancelled);
        assert.equal(await host.call("echo", { still: "here" }), '{"still":"here"}');
        closed = true;
        await host.close();
        assert.ok(remote.seen.includes("notifications/cancelled"), remote.seen.join());
        assert.ok(remote.seen.includes("DELETE"), remote.seen.join());
        assert.equal(remote.openSessions, 0);
      });

      test("[REG-1] [AUTH-1] [AUTH-5] [TOK-1] a protected remote: signs in once, calls, and starts again without", async (t) => {
        const issuer = await startStrictIssuer();
        t.after(() => issuer.close());
        const remote = await startRemote({ issuer });
        t.after(() => remote.close());
        const folder = temporaryFolder();
        t.after(() => folder.remove());
        const browser = browserProgram();
        t.after(() => browser.remove());
        const options = { args: [remote.url], configDir: folder.path, env: browser.env };
        for (const word of ["first", "second"]) {
          const host = await startSdkHost(hostLine, options);
          assert.ok((await host.tools()).includes("echo"), host.stderr());
          assert.equal(await host.call("echo", { word }), `{"word":"${word}"}`);
          await host.close();
        }
        assert.equal(browser.opened().length, 1);
        assert.deepEqual(browser.troubles(), []);
        assert.equal(issuer.server.to("token").length, 1);
        issuer.assertClean();
      });
    });
  }
