// Everything a person can get wrong, and everything a server can: one sentence on stderr, the same to the host, the
// exit code of the table, no stack trace, no secret.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { after, describe, test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { type Message, type StdioHost, startHost } from "../support/hosts/stdio-host.ts";
import { KNOWN_CLIENT, startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { createSelfSigned } from "../support/project/certificates.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { idleTcpServer } from "../support/remotes/busy-port.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";
import { type Answer, ScriptedServer } from "../support/remotes/scripted-server.ts";

const folder = temporaryFolder();
after(() => folder.remove());

const STACK = /^\s+at .+:\d+:\d+\)?$/m;
const SECRET = "s3cret-of-the-user";

/** One clear sentence with its code, and no more: what every failure looks like on stderr. */
function assertPlain(text: string, code: string): void {
  assert.doesNotMatch(text, STACK, "a stack trace");
  assert.ok(text.includes(code), `${code} is not named in: ${text}`);
  assert.ok(!text.includes(SECRET), "a secret");
}

function assertError(message: Message, code: string, rpcCode: number): void {
  assert.equal(message.error?.code, rpcCode, JSON.stringify(message));
  assert.equal(message.error?.data?.code, code);
  assert.ok(String(message.error?.data?.hint).length > 10);
  assert.match(String(message.error?.data?.docs), new RegExp(`#${code.toLowerCase()}$`));
  assert.doesNotMatch(JSON.stringify(message), /\bat .+:\d+:\d+/);
  assert.ok(!JSON.stringify(message).includes(SECRET), "a secret");
}

describe("the command line", { timeout: 60_000 }, () => {
  const badJson = path.join(folder.path, "bad.json");
  writeFileSync(badJson, '{"client_id": "x",\n  "client_secret": s3cret-of-the-user}');
  const url = "https://example.com/mcp";
  const table: [string, string[], string, RegExp][] = [
    ["not a URL", ["example"], "USAGE_BAD_URL", /\(7 characters\)/],
    ["http to a far host", ["http://example.com/mcp"], "USAGE_INSECURE_URL", /http:\/\/example\.com/],
    ["a port that is none", [url, "70000"], "USAGE_BAD_ARGUMENT", /callback-port \(5 characters\)/],
    ["an unknown flag", [url, "--headr", `X: ${SECRET}`], "USAGE_BAD_ARGUMENT", /--header/],
    ["a bad choice", [url, "--store", "cloud"], "USAGE_BAD_ARGUMENT", /--store.*auto, keychain/],
    [
      "a client-info file that is not there",
      [url, "--static-oauth-client-info", "@/nowhere/client.json"],
      "USAGE_MISSING_FILE",
      /--static-oauth-client-info: the file does not exist/,
    ],
    [
      "a client-info file that is no JSON",
      [url, "--static-oauth-client-info", `@${badJson}`],
      "USAGE_BAD_JSON",
      /bad\.json/,
    ],
    [
      "inline JSON whose quotes a shell ate",
      [url, "--static-oauth-client-info", "{client_id:x}"],
      "USAGE_BAD_JSON",
      /@/,
    ],
    [
      "a variable that is not set",
      [url, "--header", `X-Key:\${NOT_THERE_AT_ALL}`],
      "USAGE_MISSING_VARIABLE",
      /NOT_THERE_AT_ALL/,
    ],
  ];
  for (const [name, args, code, text] of table)
    test(`[CLI-1] [REG-9] ${name}: exit 2 and ${code}`, async (t) => {
      const host = startHost({ args, configDir: folder.path });
      t.after(() => host.close());
      const { code: exitCode } = await host.exited();
      assert.equal(exitCode, 2, host.stderr);
      assertPlain(host.stderr, code);
      assert.match(host.stderr, text);
      assert.deepEqual(host.lines, []);
    });
});

test("[CLI-1] [REG-9] a placeholder that nobody replaced: exit 2, the host is told, and nothing is sent", {
  timeout: 60_000,
}, async (t) => {
  const remote = new ScriptedServer({ route: () => "mcp", answer: () => ({ status: 500 }) });
  await remote.listen();
  t.after(() => remote.close());
  const url = `${remote.origin}/mcp`;
  const table: [args: string[], env: Record<string, string>, said: RegExp][] = [
    [
      [url, "--header", `X-Key: \${env:${SECRET}}`],
      {},
      /--header: a placeholder that nobody replaced stands at character 8\./,
    ],
    [[url], { DRAWBRIDGE_HEADER: "X-Key: <YOUR_KEY>" }, /DRAWBRIDGE_HEADER: a placeholder .* character 8\./],
    [[url], { HTTPS_PROXY: "${HTTPS_PROXY}" }, /HTTPS_PROXY: a placeholder .* character 1\./],
    [[`${url}\u200b`], {}, /The address of the server: character \d+ cannot be seen \(U\+200B\)\./],
  ];
  for (const [args, env, said] of table) {
    const host = startHost({ args, env, configDir: folder.path });
    t.after(() => host.close());
    assertError(await host.initialize(), "USAGE_PLACEHOLDER", -31001);
    assert.equal((await host.exited()).code, 2);
    assertPlain(host.stderr, "USAGE_PLACEHOLDER");
    assert.match(host.stderr, said);
  }
  assert.deepEqual(remote.ledger, []);
});

describe("a remote that does not answer as it should", { timeout: 80_000, concurrency: 4 }, () => {
  const html = { "content-type": "text/html" };
  const table: [string, Answer, string, number][] = [
    ["an HTML page", { headers: html, body: "<h1>Welcome</h1>" }, "REMOTE_NOT_MCP", -31004],
    ["404", { status: 404, headers: html, body: "<h1>Not found</h1>" }, "REMOTE_NOT_MCP", -31004],
    ["500", { status: 500, body: "oops" }, "REMOTE_HTTP_ERROR", -31004],
  ];
  for (const [name, answer, code, rpcCode] of table)
    test(`[LIFE-2] ${name}: ${code}, and the process stays`, async (t) => {
      const remote = new ScriptedServer({ route: () => "mcp", answer: () => answer });
      await remote.listen();
      t.after(() => remote.close());
      const host = startHost({ args: [`${remote.origin}/mcp`, "--header", `X-Key: ${SECRET}`] });
      t.after(() => host.close());
      assertError(await host.initialize(), code, rpcCode);
      assertPlain(host.stderr, code);
      assert.equal(host.child.exitCode, null, "it ended");
      assert.equal((await host.endInput()).code, 0);
    });

  test("[LIFE-2] nobody listens: NETWORK_REFUSED", async (t) => {
    const gone = await idleTcpServer();
    await gone.close();
    await failsAtStart(t, `http://127.0.0.1:${gone.port}/mcp`, "NETWORK_REFUSED", -31002);
  });

  test("[LIFE-2] a name that does not exist: NETWORK_DNS", async (t) => {
    await failsAtStart(t, "https://nobody.invalid/mcp", "NETWORK_DNS", -31002);
  });

  test("[NET-9] a certificate nobody vouches for: NETWORK_TLS, with the remedy", async (t) => {
    const secure = new ScriptedServer({
      tls: await createSelfSigned(),
      route: () => "mcp",
      answer: () => ({}),
    });
    await secure.listen();
    t.after(() => secure.close());
    const message = await failsAtStart(t, `${secure.origin}/mcp`, "NETWORK_TLS", -31002);
    assert.match(JSON.stringify(message), /--ca-file/);
  });
});

describe("a sign-in that does not work out", { timeout: 90_000 }, () => {
  test("[AUTH-9] the port of the redirect is taken: LOCAL_PORT_TAKEN names it, no browser", async (t) => {
    const busy = await idleTcpServer();
    t.after(() => busy.close());
    const { remote } = await protectedRemote(t);
    const tab = browserProgram({ behaviour: "idle" });
    t.after(() => tab.remove());
    const host = startHost({ args: [remote.url, String(busy.port)], env: tab.env });
    t.after(() => host.close());
    const message = await host.initialize();
    assertError(message, "LOCAL_PORT_TAKEN", -31005);
    assert.match(JSON.stringify(message), new RegExp(String(busy.port)));
    assertPlain(host.stderr, "LOCAL_PORT_TAKEN");
    assert.deepEqual(tab.opened(), []);
  });

  test("[AUTH-11] the user denies: AUTH_DENIED, no code is exchanged", async (t) => {
    const { remote, issuer } = await protectedRemote(t);
    issuer.consent = { decision: "deny", errorDescription: "not today" };
    const tab = browserProgram();
    t.after(() => tab.remove());
    const host = startHost({ args: [remote.url, "--no-provisional"], env: tab.env });
    t.after(() => host.close());
    assertError(await host.initialize(), "AUTH_DENIED", -31003);
    assertPlain(host.stderr, "AUTH_DENIED");
    assert.deepEqual(issuer.server.to("token"), []);
    assert.equal(host.child.exitCode, null, "it ended");
  });

  test("[AUTH-11] the user never comes: AUTH_TIMED_OUT after --auth-timeout, and the port is free", async (t) => {
    const { remote } = await protectedRemote(t);
    const tab = browserProgram({ behaviour: "idle" });
    t.after(() => tab.remove());
    const host = startHost({ args: [remote.url, "--no-provisional", "--auth-timeout", "1"], env: tab.env });
    t.after(() => host.close());
    assertError(await host.initialize(), "AUTH_TIMED_OUT", -31003);
    assertPlain(host.stderr, "AUTH_TIMED_OUT");
    const redirect = new URL(new URL(tab.opened()[0] ?? "").searchParams.get("redirect_uri") ?? "");
    await assertFree(Number(redirect.port));
  });

  test("[AUTH-12] no browser opens: the address is on stderr", async (t) => {
    const { remote, issuer } = await protectedRemote(t);
    const tab = browserProgram({ behaviour: "fail" });
    t.after(() => tab.remove());
    const host = startHost({ args: [remote.url], env: tab.env });
    t.after(() => host.close());
    host.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
    const [address] = await host.stderrMatching(/http:\/\/\S+/);
    assert.ok(address.startsWith(issuer.endpoint("authorize")), address);
  });

  async function protectedRemote(t: { after(act: () => Promise<void>): void }) {
    const issuer = await startStrictIssuer();
    t.after(() => issuer.close());
    const remote = await startProtectedRemote({ issuer });
    t.after(() => remote.close());
    assert.ok(issuer.state.clients.has(KNOWN_CLIENT));
    return { issuer, remote };
  }
});

async function failsAtStart(
  t: { after(act: () => Promise<void>): void },
  url: string,
  code: string,
  rpcCode: number,
): Promise<Message> {
  const host: StdioHost = startHost({
    args: [url, "--header", `X-Key: ${SECRET}`, "--handshake-wait", "1", "--list-wait", "1"],
  });
  t.after(() => host.close());
  const answered = host.initialize({}, "2025-11-25", 45_000);
  // The cause is told at once, also while it is still tried again.
  await host.stderrMatching(new RegExp(code));
  const hello = await answered;
  const call = { name: "anything", arguments: {} };
  const message = hello.error ? hello : await host.request("tools/call", call, 45_000);
  assertError(message, code, rpcCode);
  assertPlain(host.stderr, code);
  assert.equal((await host.endInput()).code, 0);
  return message;
}

async function assertFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  await new Promise((done) => server.close(done));
}
