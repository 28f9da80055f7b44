import assert from "node:assert/strict";
import { test } from "node:test";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { createSystemBrowser } from "../../../../src/platform/browser/browser.ts";
import { type BrowserCommand, planBrowser } from "../../../../src/platform/browser/browser-command.ts";
import type { Desktop } from "../../../../src/platform/browser/detect-desktop.ts";
import type { SpawnResult } from "../../../../src/platform/browser/spawn-detached.ts";
import { SILENT } from "../../../support/remotes/network.ts";

const URL_TEXT = "https://issuer.example/authorize?a=1&b=%22$(x)%20;%25s";
const DESKTOP: Desktop = { ssh: false, wsl: false, container: false, headless: false };

function plan(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, place: Partial<Desktop> = {}) {
  return planBrowser(URL_TEXT, env, platform, { ...DESKTOP, ...place });
}

test("[AUTH-12] $BROWSER: a list, with %s or without, with quoted words", () => {
  const command = (program: string, ...args: string[]): BrowserCommand => ({ program, args });
  const rows: readonly (readonly [value: string, expected: readonly BrowserCommand[]])[] = [
    ["firefox", [command("firefox", URL_TEXT)]],
    ["firefox -P work", [command("firefox", "-P", "work", URL_TEXT)]],
    ["a --url=%s -x:b", [command("a", `--url=${URL_TEXT}`, "-x"), command("b", URL_TEXT)]],
    ["a 100%% %s", [command("a", "100%", URL_TEXT)]],
    [`'/opt/My Browser/run' "two words"`, [command("/opt/My Browser/run", "two words", URL_TEXT)]],
    [":a::", [command("a", URL_TEXT)]],
  ];
  for (const [BROWSER, expected] of rows) assert.deepEqual(plan({ BROWSER }, "linux"), expected, BROWSER);
});

test("[AUTH-12] Windows and WSL start the protocol handler, without a shell between", () => {
  assert.deepEqual(plan({ SystemRoot: "D:\\Win" }, "win32"), [
    { program: "D:\\Win\\System32\\rundll32.exe", args: ["url.dll,FileProtocolHandler", URL_TEXT] },
  ]);
  const [first] = plan({}, "linux", { wsl: true });
  assert.ok(typeof first === "object");
  assert.match(first.program, /^\/mnt\/c\/.*rundll32\.exe$/);
  assert.deepEqual(first.args, ["url.dll,FileProtocolHandler", URL_TEXT]);
});

test("[AUTH-12] elsewhere the system decides; an empty $BROWSER counts as none", () => {
  assert.equal(plan({}, "linux"), "system");
  assert.equal(plan({ BROWSER: " " }, "darwin"), "system");
});

interface Setting {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly place?: Partial<Desktop>;
  readonly outcome?: (program: string) => SpawnResult;
}

function browser({ env = {}, platform = "linux", place = {}, outcome = () => "started" }: Setting) {
  const opened: string[] = [];
  const addresses: string[] = [];
  const run = async (program: string): Promise<SpawnResult> => {
    opened.push(program);
    return outcome(program);
  };
  const { open } = createSystemBrowser({
    env,
    platform,
    usedVariables: [],
    diagnostics: SILENT,
    desktop: { ...DESKTOP, ...place },
    start: ({ program, args }) => {
      addresses.push(args.at(-1) ?? "");
      return run(program);
    },
    openBySystem: (address) => {
      addresses.push(address);
      return run("system");
    },
  });
  return { opened, addresses, open: (url = URL_TEXT) => open(new URL(url)) };
}

test("[AUTH-7] other schemes, http to a far host and userinfo reach no program", async () => {
  const { open, opened } = browser({});
  for (const url of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http://issuer.example/",
    "vscode://x",
    "https://u:p@a.example/",
  ])
    await assert.rejects(open(url), (error) => isFailure(error, "AUTH_INSECURE_ENDPOINT"), url);
  assert.deepEqual(opened, []);
  await open("http://127.0.0.1:1/authorize");
  assert.deepEqual(opened, ["system"]);
});

test("[AUTH-7] every opener on every system gets an address that no shell could read anything in", async () => {
  const evil = "https://issuer.example/a?b=$(x)`y`'z';1|2^3%PATH%";
  const safe = "https://issuer.example/a?b=%24%28x%29%60y%60%27z%27%3B1%7C2%5E3%25PATH%25";
  for (const [env, platform, place] of [
    [{}, "linux", {}],
    [{}, "darwin", {}],
    [{}, "win32", {}],
    [{}, "linux", { wsl: true }],
    [{ BROWSER: "own" }, "linux", {}],
    [{ BROWSER: "own --new %s" }, "darwin", {}],
    [{ BROWSER: "own" }, "win32", {}],
  ] as const) {
    const { open, addresses } = browser({ env, platform, place });
    await open(evil);
    assert.deepEqual(addresses, [safe], JSON.stringify([env, platform, place]));
  }
});

test("[AUTH-12] commands of $BROWSER are tried in order until one starts", async () => {
  const { open, opened } = browser({
    env: { BROWSER: "a:b:c" },
    outcome: (name) => (name === "b" ? "started" : "ENOENT"),
  });
  await open();
  assert.deepEqual(opened, ["a", "b"]);
});

test("[AUTH-12] what certainly opened nothing is a failure that says what to do", async () => {
  const { open } = browser({ outcome: () => "exit 3" });
  await assert.rejects(
    open(),
    (error) => isFailure(error, "AUTH_BROWSER_FAILED") && /exit 3/.test(error.message),
  );
  const lost = browser({ env: { BROWSER: "a:b" }, place: { ssh: true }, outcome: () => "ENOENT" });
  await assert.rejects(
    lost.open(),
    (error) => isFailure(error, "AUTH_BROWSER_FAILED") && /another computer/.test(error.hint),
  );
});

test("[AUTH-12] without a screen nothing is started, but for $BROWSER", async () => {
  for (const place of [
    { ssh: true, headless: true },
    { container: true, headless: true },
    { headless: true },
  ]) {
    const { open, opened } = browser({ place });
    await assert.rejects(open(), (error) => isFailure(error, "AUTH_BROWSER_FAILED"));
    await assert.rejects(open(), /neither DISPLAY nor WAYLAND_DISPLAY is set/);
    assert.deepEqual(opened, []);
    const chosen = browser({ place, env: { BROWSER: "/helper" } });
    await chosen.open();
    assert.deepEqual(chosen.opened, ["/helper"]);
  }
  const mac = browser({ platform: "darwin", place: { ssh: true } });
  await assert.rejects(mac.open(), (error) => isFailure(error, "AUTH_BROWSER_FAILED"));
  const forwarded = browser({ place: { ssh: true } });
  await forwarded.open();
  assert.deepEqual(forwarded.opened, ["system"]);
});
