import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { encodedAddress } from "../../../src/core/text/encoded-address.ts";
import { createSystemBrowser } from "../../../src/platform/browser/browser.ts";
import { openByPackage } from "../../../src/platform/browser/spawn-detached.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { SILENT } from "../../support/remotes/network.ts";

const folder = temporaryFolder();
const DESKTOP = { ssh: false, wsl: false, container: false, headless: false };
const URL_TEXT = "https://issuer.example/authorize?a=1&b=$(touch%20x);`id`|%25PATH%25&c='d'";
const posix = process.platform === "win32" ? "needs a POSIX system" : false;

after(() => folder.remove());

/** A program that writes its arguments, one a line, or what `print` prints into a file; then ends with `code`. */
function program(
  name: string,
  code = 0,
  print = `printf '%s\\n' "$@"`,
): { readonly path: string; readonly output: string } {
  const file = path.join(folder.path, name);
  const output = `${file}.out`;
  const lines = ["#!/bin/sh", `${print} > '${output}.part'`, `mv '${output}.part' '${output}'`];
  writeFileSync(file, `${lines.join("\n")}\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return { path: file, output };
}

/** Argument lines, once they are all there. */
async function written(output: string): Promise<string[]> {
  const seen = new AbortController();
  const there = new Promise<void>((resolve) => {
    watch(folder.path, { signal: seen.signal }, () => existsSync(output) && resolve());
    if (existsSync(output)) resolve();
  });
  await there;
  seen.abort();
  return readFileSync(output, "utf8").trimEnd().split("\n");
}

test("[AUTH-7] a URL full of shell characters reaches the program of $BROWSER as one argument", {
  skip: posix,
}, async () => {
  const made = program("chosen browser");
  const env = { BROWSER: `/nonexistent:"${made.path}" --new` };
  const { open } = createSystemBrowser({
    env,
    platform: "linux",
    usedVariables: [],
    diagnostics: SILENT,
    desktop: DESKTOP,
  });
  await open(new URL(URL_TEXT));
  assert.deepEqual(await written(made.output), ["--new", encodedAddress(new URL(URL_TEXT))]);
});

test("[AUTH-12] a program of $BROWSER that fails at once opened nothing", { skip: posix }, async () => {
  const made = program("failing", 3);
  const { open } = createSystemBrowser({
    env: { BROWSER: made.path },
    platform: "linux",
    usedVariables: [],
    diagnostics: SILENT,
    desktop: DESKTOP,
  });
  await assert.rejects(
    open(new URL(URL_TEXT)),
    (error) => isFailure(error, "AUTH_BROWSER_FAILED") && /exit 3/.test(error.message),
  );
});

test("[DIAG-1] [AUTH-12] a program that opens a browser is given neither our variables nor those that held secrets", {
  skip: posix,
}, async () => {
  const names = ["DRAWBRIDGE_HEADER", "API_KEY", "OTHER", "BROWSER"];
  const before = names.map((name) => [name, process.env[name]] as const);
  const made = program("environment", 0, `env | grep -E '^(${names.join("|")})=' | cut -d= -f1 | sort`);
  Object.assign(process.env, { DRAWBRIDGE_HEADER: "X: y", API_KEY: "key", OTHER: "x", BROWSER: made.path });
  try {
    const { open } = createSystemBrowser({
      env: process.env,
      platform: "linux",
      usedVariables: ["API_KEY"],
      diagnostics: SILENT,
      desktop: DESKTOP,
    });
    await open(new URL(URL_TEXT));
    assert.deepEqual(await written(made.output), ["BROWSER", "OTHER"]);
    rmSync(made.output);
    // What the package starts reads BROWSER too.
    assert.equal(await openByPackage(URL_TEXT, ["API_KEY", "DRAWBRIDGE_HEADER"]), "started");
    assert.deepEqual(await written(made.output), ["BROWSER", "OTHER"]);
    assert.equal(process.env.API_KEY, "key");
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
});
