import assert from "node:assert/strict";
import { test } from "node:test";
import {
  browserAdvice,
  type Desktop,
  detectDesktop,
} from "../../../../src/platform/browser/detect-desktop.ts";

const NOWHERE: Desktop = { ssh: false, wsl: false, container: false, headless: false };

interface Place {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly files?: Readonly<Record<string, string>>;
}

function look({ env = {}, platform = "linux", files = {} }: Place): Desktop {
  return detectDesktop({
    env,
    platform,
    exists: (file) => file in files,
    read: (file) => files[file] ?? "",
  });
}

test("[AUTH-12] SSH, WSL, containers and missing screens are recognised", () => {
  const kernel = { "/proc/version": "Linux version 5.15.90.1-microsoft-standard-WSL2" };
  const rows: readonly (readonly [name: string, place: Place, expected: Partial<Desktop>])[] = [
    ["a desktop", { env: { DISPLAY: ":0" } }, {}],
    ["Wayland", { env: { WAYLAND_DISPLAY: "wayland-0" } }, {}],
    ["a server", {}, { headless: true }],
    ["an empty DISPLAY", { env: { DISPLAY: "" } }, { headless: true }],
    ["a Mac", { platform: "darwin" }, {}],
    ["Windows", { platform: "win32" }, {}],
    ["SSH", { env: { SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" } }, { ssh: true, headless: true }],
    [
      "SSH with a forwarded screen",
      { env: { SSH_TTY: "/dev/pts/0", DISPLAY: "localhost:10" } },
      { ssh: true },
    ],
    ["SSH into a Mac", { platform: "darwin", env: { SSH_CLIENT: "x" } }, { ssh: true }],
    ["WSL by variable", { env: { WSL_DISTRO_NAME: "Debian" } }, { wsl: true }],
    ["WSL by kernel", { files: kernel }, { wsl: true }],
    ["Docker", { files: { "/.dockerenv": "" } }, { container: true, headless: true }],
    [
      "Docker on WSL's kernel",
      { files: { ...kernel, "/.dockerenv": "" } },
      { container: true, headless: true },
    ],
    ["Podman", { files: { "/run/.containerenv": "" } }, { container: true, headless: true }],
    ["Kubernetes", { env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } }, { container: true, headless: true }],
  ];
  for (const [name, place, expected] of rows)
    assert.deepEqual(look(place), { ...NOWHERE, ...expected }, name);
});

test("[AUTH-12] each place is told its way to a browser", () => {
  const url = new URL("https://issuer.example/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A63113%2Fcb");
  assert.equal(browserAdvice(NOWHERE, url), undefined);
  assert.match(
    browserAdvice({ ...NOWHERE, ssh: true }, url) ?? "",
    /ssh -L 63113:127\.0\.0\.1:63113 .*login/,
  );
  assert.match(
    browserAdvice({ ...NOWHERE, container: true }, url) ?? "",
    /-p 127\.0\.0\.1:63113:63113.*--callback-bind/,
  );
  assert.match(
    browserAdvice({ ...NOWHERE, headless: true }, url) ?? "",
    /"env": \{ "DISPLAY": ":0" \}.*env_vars = \["DISPLAY", "WAYLAND_DISPLAY", .*--device-code/,
  );
});

test("what an issuer writes into the redirect does not end up in a command line", () => {
  for (const redirect of ["http://a:1;rm -rf/", "x", "http://localhost/", "http://localhost:99999/"]) {
    const url = new URL(`https://issuer.example/?redirect_uri=${encodeURIComponent(redirect)}`);
    assert.doesNotMatch(browserAdvice({ ...NOWHERE, ssh: true }, url) ?? "", /ssh -L/, redirect);
  }
});
