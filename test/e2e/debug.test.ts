// `--debug` tells everything but secrets.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { browserProgram } from "../support/browsers/browser.ts";
import { type StdioHost, startHost } from "../support/hosts/stdio-host.ts";
import { type StrictIssuer, startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../support/remotes/protected-remote.ts";

const CLIENT_SECRET = "canary-client-secret-31415926";
const HEADER_VALUE = "canary-header-value-27182818";

/** Everything in this run that must not be readable anywhere. */
function canaries(issuer: StrictIssuer): string[] {
  const posted = issuer.server
    .to("token")
    .flatMap(({ form, headers }) => [
      form.get("code"),
      form.get("code_verifier"),
      form.get("refresh_token"),
      headers.authorization?.replace("Basic ", ""),
    ]);
  const all = [
    CLIENT_SECRET,
    HEADER_VALUE,
    ...issuer.state.tokens.keys(),
    ...issuer.state.codes.keys(),
    ...posted,
  ];
  return all.filter((text) => typeof text === "string" && text !== "") as string[];
}

/** What a server that cuts it up would say, and a part of it as Base64. */
function piecesOf(canary: string): readonly string[] {
  if (canary.length < 20) return [];
  return [canary.slice(3, 20), Buffer.from(`x${canary}`).toString("base64").slice(4, 20)];
}

test("[DIAG-1] [DIAG-2] with --debug and DEBUG, over sign-in, refresh and errors, no secret can be read", {
  timeout: 60_000,
}, async (t) => {
  const issuer = await startStrictIssuer({
    clients: [
      {
        clientId: "confidential",
        secret: CLIENT_SECRET,
        auth: "client_secret_basic",
        redirectUris: ["http://localhost/oauth/callback"],
        anyPort: true,
      },
    ],
  });
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const info = path.join(folder.path, "client.json");
  writeFileSync(info, JSON.stringify({ client_id: "confidential", client_secret: CLIENT_SECRET }));
  const browser = browserProgram();
  t.after(() => browser.remove());
  const configDir = path.join(folder.path, "state");
  const args = [remote.url, "--debug", "--header", `X-Api-Key: ${HEADER_VALUE}`];
  const start = (more: string[]): StdioHost => {
    const env = { ...browser.env, DEBUG: "drawbridge:*" };
    const host = startHost({ args: [...args, ...more], configDir, env });
    t.after(() => host.close());
    return host;
  };

  const host = start(["--static-oauth-client-info", `@${info}`]);
  assert.ok((await host.initialize()).result, host.stderr);
  assert.ok((await host.request("tools/list")).result);
  issuer.expireAccessTokens();
  const renewed = await host.request("tools/list");
  assert.ok(renewed.result, JSON.stringify(renewed.error) + host.stderr);
  // Both know the tokens of the whole session, and say them again in their own ways.
  const all = [...issuer.state.tokens.keys()].slice(-3);
  const repeated = all.map((token) => Buffer.from(`x${token}`).toString("base64")).join();
  const message = `${all.map(encodeURIComponent)} ${repeated} ${all.map((token) => token.slice(3, 20))}`;
  const body = { jsonrpc: "2.0", id: null, error: { code: -1, message } };
  remote.server.script("mcp", { status: 400, body }, 1);
  const failed = await host.request("tools/list");
  assert.match(JSON.stringify(failed.error), /\[secret\].*\[secret\]/, "the server's words were not shown");
  const refusal = { error: "invalid_grant", error_description: `gone ${message}` };
  issuer.server.script("token", { status: 400, body: refusal }, 1);
  issuer.expireAccessTokens();
  await host.request("tools/list");
  await host.endInput();

  assert.equal(issuer.server.to("token").length >= 3, true);
  const seen = canaries(issuer);
  assert.ok(seen.length > 10);
  const files = readdirSync(configDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const places = new Map(files.map((file) => [path.relative(configDir, file), readFileSync(file, "latin1")]));
  places.set("stderr", host.stderr).set("stdout", host.lines.join("\n"));
  for (const [place, text] of places)
    for (const canary of seen)
      for (const form of [canary, encodeURIComponent(canary), ...piecesOf(canary)])
        assert.ok(!text.includes(form), `${canary.slice(0, 12)}... is in ${place}`);

  // The person's own address of the sign-in has the state in it; the file, which may travel, has not.
  for (const { url } of issuer.server.to("authorize"))
    for (const file of files)
      assert.ok(
        !readFileSync(file, "latin1").includes(url.searchParams.get("state") ?? "?"),
        `state in ${file}`,
      );

  const log = files.find((file) => host.stderr.includes(file));
  assert.ok(log, `the path of the file is not on stderr: ${host.stderr.slice(0, 500)}`);
  assert.equal(statSync(log).mode & 0o777, 0o600);
  const events = readFileSync(log, "utf8").trimEnd().split("\n");
  assert.ok(events.length > 10);
  for (const line of events) assert.equal(typeof JSON.parse(line), "object");
});
