// What each request of the built program says of itself: to the remote, and for a sign-in.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { browserProgram } from "../../support/browsers/browser.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { Command } from "../../support/processes/command.ts";
import { PROGRAM, PROJECT, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";
import type { Exchange } from "../../support/remotes/scripted-server.ts";

const { version } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
const OURS = `mcp-drawbridge/${version}`;

for (const [name, header, atRemote] of [
  ["the program's own", undefined, OURS],
  ["the user's, of whatever spelling, at the remote alone", "uSER-aGENT: their/1.0", "their/1.0"],
  ["the user's, empty", "User-Agent:", ""],
] as const)
  test(`[DISC-13] User-Agent of every request: ${name}`, { timeout: 30_000 }, async (t) => {
    const issuer = await startStrictIssuer();
    t.after(() => issuer.close());
    const remote = await startProtectedRemote({ issuer });
    t.after(() => remote.close());
    const folder = temporaryFolder();
    t.after(() => folder.remove());
    const tab = browserProgram();
    t.after(() => tab.remove());
    const given = ["--header", "X-Own: 1", ...(header === undefined ? [] : ["--header", header])];
    const args = [remote.url, ...given];
    const host = startHost({ args, configDir: folder.path, env: tab.env });
    t.after(() => host.close());
    assert.ok((await host.initialize()).result, host.stderr);
    assert.ok((await host.request("tools/list")).result);
    await host.endInput();
    const logout = [PROGRAM, "logout", ...args, "--config-dir", folder.path, "--store", "file"];
    const env = programEnvironment(folder.path);
    assert.equal((await new Command(spawn(process.execPath, logout, { env })).end()).code, 0);

    const agents = (exchanges: readonly Exchange[]) =>
      new Set(exchanges.map(({ headers }) => headers["user-agent"]));
    assert.deepEqual(agents(remote.server.to("mcp")), new Set([atRemote]));
    const forSignIn = [
      ...remote.server.to("resource-metadata"),
      ...["metadata", "register", "token", "revoke"].flatMap((place) => {
        const found = issuer.server.to(place);
        assert.ok(found.length > 0, place);
        return found;
      }),
    ];
    assert.deepEqual(agents(forSignIn), new Set([OURS]));
    for (const { headers, url } of forSignIn)
      for (const one of Object.keys(headers))
        assert.ok(!/^(mcp-|x-own|cookie|last-event-id)/.test(one), `${one} at ${url.pathname}`);
  });
