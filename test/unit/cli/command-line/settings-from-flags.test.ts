import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFromFlags } from "../../../../src/cli/command-line/settings-from-flags.ts";
import { readCommandLine } from "../../../../src/cli/command-line.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import type { Settings } from "../../../../src/core/settings.ts";
import { Secret } from "../../../../src/core/text/secret.ts";

async function settings(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Settings> {
  const read = await readCommandLine(argv);
  assert.equal(read.kind, "connect");
  assert.ok("connection" in read && read.connection.url !== undefined);
  return settingsFromFlags(
    { ...read.connection, url: read.connection.url },
    { cwd: "/here", env, platform: "linux" },
    {
      defaultFolder: () => "/data",
      readKeychain: async (service, account) => new Secret(`${account} of ${service}`),
    },
  );
}

test("[CLI-1] the smallest command line has the documented defaults", async () => {
  const { remote, auth, store, network, session } = await settings(["https://Example.com:443/mcp#x"]);
  assert.equal(remote.canonical, "https://example.com/mcp");
  assert.deepEqual(auth.redirect, { host: "localhost", path: "/oauth/callback" });
  assert.equal(auth.signInTimeoutMs, 300_000);
  assert.equal(auth.openBrowser, true);
  assert.deepEqual(auth.grantType, { kind: "authorization_code" });
  assert.deepEqual(store, { kind: "auto", folder: "/data", profile: "default" });
  assert.equal(network.connectTimeoutMs, 10_000);
  assert.equal(network.bodyTimeoutMs, 0);
  assert.equal(network.maxMessageBytes, 256 * 1024 * 1024);
  assert.equal(session.transport, "http-first");
  assert.equal(session.handshakeWaitMs, undefined);
  assert.equal(session.provisional, true);
});

test("[CLI-1] negated flags, on the command line and in the environment", async () => {
  const { auth, session, network } = await settings(
    ["https://example.com/mcp", "--no-browser", "--no-provisional"],
    {
      DRAWBRIDGE_NO_PROXY: "1",
    },
  );
  assert.equal(auth.openBrowser, false);
  assert.equal(session.provisional, false);
  assert.equal(network.useProxy, false);
});

test("[CLI-1] --ping-interval turns keep-alive on, --keep-alive alone means 30 seconds", async () => {
  const ping = async (...flags: string[]) =>
    (await settings(["https://example.com/mcp", ...flags])).session.pingIntervalMs;
  assert.equal(await ping(), undefined);
  assert.equal(await ping("--keep-alive"), 30_000);
  assert.equal(await ping("--ping-interval", "5"), 5_000);
});

const refused: [argv: string[], code: string][] = [
  [["nonsense"], "USAGE_BAD_URL"],
  [["ftp://example.com"], "USAGE_BAD_URL"],
  [["https://me:pw@example.com/mcp"], "USAGE_BAD_URL"],
  [["http://example.com/mcp"], "USAGE_INSECURE_URL"],
  [["https://example.com/mcp", "--ca-file", "/nowhere.pem"], "USAGE_MISSING_FILE"],
  [["https://example.com/mcp", "--client-cert", "/nowhere.pem"], "USAGE_BAD_ARGUMENT"],
  [["https://example.com/mcp", "--identity-assertion", "@x"], "USAGE_BAD_ARGUMENT"],
  [["https://example.com/mcp", "--authorize-param", "state=x"], "USAGE_BAD_ARGUMENT"],
  [["https://example.com/mcp", "--issuer", "http://issuer.example.com"], "USAGE_BAD_ARGUMENT"],
  [["https://example.com/mcp", "--trust-issuer", "https://named.example.com"], "USAGE_BAD_ARGUMENT"],
  [
    ["https://example.com/mcp", "--trust-issuer", "https://a.example=x=https://b.example=https://c.example"],
    "USAGE_BAD_ARGUMENT",
  ],
  [["https://example.com/mcp", "--device-code", "--client-credentials"], "USAGE_BAD_ARGUMENT"],
  [
    ["https://example.com/mcp", "--resource", "https://a.example", "--disable-resource-parameter"],
    "USAGE_BAD_ARGUMENT",
  ],
];

for (const [argv, code] of refused) {
  test(`[CLI-1] ${argv.join(" ")} is refused as ${code}`, async () => {
    await assert.rejects(
      () => settings(argv),
      (error) => isFailure(error) && error.code === code && !error.message.includes("pw@"),
    );
  });
}

test("[DISC-6] --trust-issuer takes a pair, each as it is written", async () => {
  const pair = "https://a.example/x=1=https://B.example/";
  const { auth } = await settings(["https://example.com/mcp", "--trust-issuer", pair]);
  assert.deepEqual(auth.trustIssuer, { asked: "https://a.example/x=1", named: "https://B.example/" });
});

test("http is fine on loopback, and elsewhere when the user allows it", async () => {
  for (const url of ["http://localhost:1/mcp", "http://127.9.9.9/mcp", "http://[::1]:5/mcp"]) {
    assert.equal((await settings([url])).remote.loopback, true);
  }
  const far = await settings(["http://example.com/mcp", "--allow-http"]);
  assert.equal(far.remote.loopback, false);
});

test("[CLI-1] every variable that ${NAME} read is known", async () => {
  const info = '{"client_id":"x","client_secret":"${SECRET}"}';
  const more = ["--header", "X: ${KEY}", "--registration-token", "${TOKEN}"];
  const env = { KEY: "k", SECRET: "s", TOKEN: "t", OTHER: "o" };
  const { usedVariables } = await settings(
    ["https://example.com/mcp", "--static-oauth-client-info", info, ...more],
    env,
  );
  assert.deepEqual([...usedVariables].sort(), ["KEY", "SECRET", "TOKEN"]);
});

test("[REG-9] a client's secret may be in the keychain, in an entry that was made for this program", async () => {
  const withSecret = (text: string) => {
    const info = JSON.stringify({ client_id: "x", client_secret: text });
    return settings(["https://example.com/mcp", "--static-oauth-client-info", info]);
  };
  const { auth } = await withSecret("keychain:mcp-drawbridge/my server/me/too");
  assert.equal(auth.staticClient?.clientSecret?.reveal(), "me/too of mcp-drawbridge/my server");
  const others = [
    "my service/me",
    "mcp-drawbridge/me",
    "mcp-drawbridge//me",
    "mcp-drawbridge2/x/me",
    "x",
    "",
  ];
  for (const entry of others) {
    await assert.rejects(withSecret(`keychain:${entry}`), (error) => {
      assert.ok(isFailure(error, "USAGE_BAD_ARGUMENT"), entry);
      assert.ok(entry === "x" || entry === "" || !error.message.includes(entry));
      return /keychain:mcp-drawbridge\/NAME\/ACCOUNT/.test(error.hint);
    });
  }
});
