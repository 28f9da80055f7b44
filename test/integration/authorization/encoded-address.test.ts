// The address that a sign-in shows and opens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";

test("[AUTH-7] what an issuer wrote into its address reaches the host, the terminal and the record encoded", async (t) => {
  const { issuer, rig } = await startScene(t);
  const evil = `${issuer.url}/as/$(id);a'b?x=$(y)|z^\`w\`&keep=a%20b`;
  issuer.server.script("metadata", { body: { ...issuer.metadata(), authorization_endpoint: evil } });
  const made = rig({ settings: { openBrowser: false, signInTimeoutMs: 300 } });
  const shown: string[] = [];
  made.authorizer.onSignIn((signIn) => signIn && shown.push(signIn.authorizationUrl));
  await failing("AUTH_TIMED_OUT", made.call());
  const safe = `${issuer.url}/as/%24%28id%29%3Ba%27b?x=%24%28y%29%7Cz%5E%60w%60&keep=a`;
  assert.ok(shown[0]?.startsWith(safe), shown[0]);
  assert.ok(made.notices.join().includes(`Sign in at: ${safe}`));
  assert.ok(made.shared.record?.pending?.authorizationUrl.reveal().startsWith(safe));
});
