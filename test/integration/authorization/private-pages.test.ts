// Pages that only the browser would visit: a router or another device of the user's own network is none of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";

const PRIVATE = "https://192.168.1.1/setup?reboot=1";

test("[LIM-1] [AUTH-7] an authorization endpoint on a private address is neither opened nor shown", async (t) => {
  const { issuer, rig } = await startScene(t, { metadata: { authorization_endpoint: PRIVATE } });
  const made = rig({ browser: refuseToOpen() });
  const failure = await failing("NETWORK_BLOCKED_ADDRESS", made.call(), "192.168.1.1");
  assert.match(failure.hint, /Ask whoever runs the server.*--allow-private-network/);
  assert.ok(!made.notices.join().includes("192.168.1.1"));
  assert.equal(issuer.server.to("register").length, 0);
  // Where the user pointed there, it is theirs.
  const opened: string[] = [];
  const browser = {
    async open(url: URL) {
      opened.push(url.host);
      throw new Error("seen");
    },
  };
  const allowed = rig({ browser, settings: { allowPrivateNetwork: true } });
  await assert.rejects(allowed.call(), /seen/);
  assert.deepEqual(opened, ["192.168.1.1"]);
});

test("[LIM-1] [AUTH-12] neither is the page of a device code", async (t) => {
  const { issuer, rig } = await startScene(t);
  const device_authorization_endpoint = `${issuer.url}/device`;
  issuer.server.script("metadata", () => ({ body: { ...issuer.metadata(), device_authorization_endpoint } }));
  issuer.server.script("unknown", {
    body: { device_code: "device-code-1", user_code: "ABCD", verification_uri: PRIVATE },
  });
  const settings = {
    grantType: { kind: "device_code" },
    staticClient: { clientId: "known-client" },
  } as const;
  const made = rig({ browser: scriptedBrowser(), settings });
  await failing("NETWORK_BLOCKED_ADDRESS", made.call(), "192.168.1.1");
  assert.ok(!made.notices.join().includes("192.168.1.1"));
});
