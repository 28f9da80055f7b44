// The official SDK clients as hosts, of both lines, while their person takes longer to sign in than a host waits.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { consent } from "../../support/browsers/person.ts";
import { SDK_HOSTS, startSdkHost } from "../../support/hosts/sdk-hosts.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

/** Hosts of a test are in more of a hurry than those of people. */
const IMPATIENT = ["--no-browser", "--handshake-wait", "0.3", "--list-wait", "0.6"];

async function protectedRemote(t: { after(act: () => unknown): void }) {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  return { issuer, remote, configDir: folder.path };
}

function addressIn(text: string): string {
  const found = /https?:\/\/[^\s"\\]+/.exec(text);
  assert.ok(found, `no address in: ${text}`);
  return found[0];
}

for (const kind of SDK_HOSTS) {
  describe(`host ${kind}`, { timeout: 60_000 }, () => {
    test("[LIFE-1] connects, is offered the sign-in as a tool, and has the real tools after list_changed", async (t) => {
      const { issuer, remote, configDir } = await protectedRemote(t);
      const host = await startSdkHost(kind, { args: [remote.url, ...IMPATIENT], configDir });
      t.after(() => host.close());
      assert.deepEqual(await host.tools(), ["drawbridge_sign_in"]);
      const { happened: changed } = await host.watchTools();
      // Until there is an address, it says so, and asks to be called again.
      let said = "";
      while (!said.includes("http")) said = await host.call("drawbridge_sign_in");
      await consent(addressIn(said));
      await changed;
      assert.ok((await host.tools()).includes("echo"));
      assert.match(await host.call("echo", { word: "hello" }), /hello/);
      assert.match(await host.call("drawbridge_sign_in"), /connected.*echo.*reconnect/s);
      assert.equal(issuer.server.to("token").length, 1);
      issuer.assertClean();
    });
  });
}

test("[LIFE-1] a host that ignores list_changed signs in with the tool, and is told to reconnect", {
  timeout: 60_000,
}, async (t) => {
  const { issuer, remote, configDir } = await protectedRemote(t);
  const host = startHost({ args: [remote.url, ...IMPATIENT], configDir });
  t.after(() => host.close());
  await host.initialize();
  // On a busy machine, these hosts have their answers before there is an address.
  await host.stderrMatching(new RegExp(issuer.endpoint("authorize")));
  const offered = await host.request("tools/list");
  assert.match(JSON.stringify(offered.result), /drawbridge_sign_in/);
  const call = { name: "drawbridge_sign_in", arguments: {} };
  const first = await host.request("tools/call", call);
  await consent(addressIn(JSON.stringify(first.result)));
  let report = "";
  // The second call waits for the sign-in, but not for ever; a person would call it again, too.
  for (let calls = 0; calls < 20 && !report.includes("connected."); calls += 1) {
    report = JSON.stringify((await host.request("tools/call", call)).result);
  }
  assert.match(report, /connected\. Its tools: .*echo.*reconnect/);
  // It never asked for the list again, and can call what it was told of.
  const echo = await host.request("tools/call", { name: "echo", arguments: { a: 1 } });
  assert.ok(echo.result);
  // Started again it finds the tools at once.
  await host.endInput();
  const again = startHost({ args: [remote.url, ...IMPATIENT], configDir });
  t.after(() => again.close());
  await again.initialize();
  assert.match(JSON.stringify((await again.request("tools/list")).result), /"echo"/);
});

test("[LIFE-1] [AUTH-12] a call that cannot wait carries the address in its error", {
  timeout: 60_000,
}, async (t) => {
  const { issuer, remote, configDir } = await protectedRemote(t);
  const host = startHost({ args: [remote.url, ...IMPATIENT], configDir });
  t.after(() => host.close());
  await host.initialize();
  // On a busy machine, these hosts have their answers before there is an address.
  await host.stderrMatching(new RegExp(issuer.endpoint("authorize")));
  const answer = await host.request("tools/call", { name: "echo", arguments: {} });
  assert.equal(answer.error?.data?.code, "AUTH_SIGN_IN_REQUIRED");
  await consent(String(answer.error?.data?.url));
  // Its requests are carried as soon as the grant is there.
  let later = answer;
  while (later.error) later = await host.request("tools/call", { name: "echo", arguments: {} });
  assert.ok(later.result);
});
