// Nothing of a sign-in that is secret is told to anybody: not in events, not in notices, not in failures, not on pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../src/core/text/secret.ts";
import { scriptedBrowser } from "../../support/browsers/browser.ts";
import { startScene } from "../../support/issuers/auth-scene.ts";

test("[DIAG-1] codes, verifiers, tokens and secrets are in no event, notice, failure or page", async (t) => {
  const { issuer, remote, rig } = await startScene(
    t,
    { metadata: { token_endpoint_auth_methods_supported: ["client_secret_post"] } },
    { toolScopes: { delete: "write" }, scope: "read" },
  );
  const browser = scriptedBrowser();
  const made = rig({ browser, settings: { clientMetadata: { software_statement: "x" } } });
  const failures: unknown[] = [];
  const run = (request?: object) => made.call(request).catch((error: unknown) => failures.push(error));
  await run();
  await run({ method: "tools/call", name: "delete" });
  issuer.expireAccessTokens();
  await run();
  issuer.expireAccessTokens();
  issuer.server.script(
    "token",
    ({ form }) => ({
      status: 400,
      // An issuer that says back what it got.
      body: { error: "invalid_request", error_description: "bad" },
      headers: { "x-echo": String(form.get("client_id")) },
    }),
    1,
  );
  await run({ cause: "background" });
  issuer.revokeEverything();
  issuer.server.script("token", { body: { access_token: "canary with blank" } }, 1);
  await run({ method: "tools/call", name: "echo" });
  issuer.consent = { decision: "deny" };
  await run({ method: "tools/call", name: "echo" });
  assert.ok(failures.length >= 2);

  const secrets = new Set<string>(["canary with blank"]);
  for (const code of issuer.state.codes.keys()) secrets.add(code);
  for (const token of issuer.state.tokens.keys()) secrets.add(token);
  for (const { secret } of issuer.state.clients.values()) if (secret) secrets.add(secret);
  for (const { pending } of made.shared.history) {
    if (pending) secrets.add(pending.codeVerifier.reveal());
  }
  for (const { form } of issuer.server.to("token"))
    secrets.add(form.get("code_verifier") ?? "canary with blank");
  assert.ok(secrets.size > 10);
  const told = JSON.stringify([
    made.events,
    made.notices,
    failures.map((error) =>
      error instanceof Error ? [error.message, error.stack, Object.entries(error)] : error,
    ),
    (await browser.pages()).filter(({ url }) => url.pathname === "/oauth/callback").map(({ html }) => html),
  ]);
  for (const secret of secrets) assert.ok(!told.includes(secret), `${secret.slice(0, 12)}... is told`);
  // The state is in the address that a person has to open, and nowhere else.
  const states = made.shared.history.flatMap(({ pending }) => (pending ? [pending.state.reveal()] : []));
  const events = JSON.stringify(made.events);
  for (const state of states) assert.ok(!events.includes(state));
  assert.match(JSON.stringify(made.shared.record), /"\[secret\]"/);
  assert.equal(String(new Secret("x")), "[secret]");
  remote.assertClean();
});
