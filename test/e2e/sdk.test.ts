// Official SDK clients of both lines and eras sign in through the built program at official SDK servers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { SDK_HOSTS, startSdkHost } from "../support/hosts/sdk-hosts.ts";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startSdkRemoteV1 } from "../support/remotes/sdk-remote-v1.ts";
import { startSdkRemoteV2 } from "../support/remotes/sdk-remote-v2.ts";
import type { SdkRemoteOptions } from "../support/remotes/sdk-remotes.ts";

const REMOTES = [
  ["v1", startSdkRemoteV1],
  ["v2", (options: SdkRemoteOptions) => startSdkRemoteV2({ ...options, eras: "both" })],
] as const;

for (const [remoteLine, startRemote] of REMOTES)
  for (const hostLine of SDK_HOSTS) {
    describe(`host ${hostLine}, remote ${remoteLine}`, { timeout: 60_000 }, () => {
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
