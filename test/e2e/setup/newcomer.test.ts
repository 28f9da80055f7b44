// Somebody new: installs what npm would publish, runs `setup` for every host, and each host starts what it finds.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { openHostConfig } from "../../../src/app/setup/host-config.ts";
import { readEntry } from "../../../src/app/setup/host-entry.ts";
import { HOSTS } from "../../../src/app/setup/host-table.ts";
import { setupContextOf } from "../../support/hosts/setup-context.ts";
import { PROJECT, programEnvironment } from "../../support/project/program.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startSdkRemoteV2 } from "../../support/remotes/sdk-remote-v2.ts";

const run = promisify(execFile);

test("[CLI-2] installed, set up in every host, and started by each entry", {
  skip: process.platform === "win32",
}, async (t) => {
  const remote = await startSdkRemoteV2();
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const home = path.join(folder.path, "home");
  const prefix = path.join(folder.path, "prefix");
  for (const made of [home, prefix]) mkdirSync(made);
  writeFileSync(path.join(prefix, "package.json"), "{}");
  const env = programEnvironment(home, { npm_config_cache: path.join(folder.path, "cache") });
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder.path];
  const { stdout } = await run("npm", pack, { cwd: PROJECT, env });
  const [made] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  const tarball = path.join(folder.path, made?.filename ?? "");
  const install = [
    "install",
    "-g",
    "--prefix",
    prefix,
    "--offline",
    "--omit=optional",
    "--no-audit",
    tarball,
  ];
  await run("npm", install, { cwd: folder.path, env });
  const command = path.join(prefix, "bin", "mcp-drawbridge");

  for (const host of HOSTS) {
    await run(command, ["setup", host.id, remote.url], { env, cwd: home });
    const { document } = await openHostConfig(host, setupContextOf(home, process.platform));
    const [entry] = [...document.entries().values()].map(readEntry);
    assert.ok(entry !== undefined, host.name);
    assert.ok(path.isAbsolute(entry.command) && path.isAbsolute(entry.args[0] ?? ""), host.name);
    assert.ok(entry.args[0]?.startsWith(realpathSync(prefix)), host.name);
    // Without a PATH: the host may have another.
    const transport = new StdioClientTransport({
      ...entry,
      args: [...entry.args],
      env: { HOME: home, PATH: "" },
      stderr: "ignore",
    });
    const client = new Client({ name: host.id, version: "1.0.0" });
    await client.connect(transport);
    const { tools } = await client.listTools();
    await client.close();
    assert.ok(tools.length > 0, host.name);
  }
});
