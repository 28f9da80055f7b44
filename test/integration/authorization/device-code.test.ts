// Sign-in on another device (RFC 8628).
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../src/core/ports/clock.ts";
import { refuseToOpen } from "../../support/browsers/browser.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, type Scene, startScene } from "../../support/issuers/auth-scene.ts";
import { plainGrants } from "../../support/issuers/strict/plain-grants.ts";
import { tokenError } from "../../support/issuers/strict/token.ts";

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

async function deviceScene(
  t: Parameters<typeof startScene>[0],
  answers: (string | null)[],
  device: object = {},
) {
  const clock = manualClock(Date.now());
  let scene: Scene | undefined;
  const give = plainGrants(
    () => scene?.issuer ?? assert.fail(),
    (form) => (form.get("device_code") === "device-code-secret" ? undefined : "another device code"),
  );
  scene = await startScene(
    t,
    {
      nowMs: clock.nowMs,
      metadata: { device_authorization_endpoint: "http://127.0.0.1:1/replaced" },
      grants: {
        [DEVICE]: (exchange, client) => {
          const error = answers.shift();
          return error ? tokenError(error, "") : give(exchange, client);
        },
      },
    },
    { scope: "read" },
  );
  const { issuer, rig } = scene;
  issuer.server.script("metadata", {
    body: { ...issuer.metadata(), device_authorization_endpoint: issuer.endpoint("device") },
  });
  issuer.server.script("register", async ({ json }, normally) => {
    const asked = json as Record<string, unknown>;
    assert.deepEqual([asked.redirect_uris, asked.response_types], [[], []]);
    assert.deepEqual(asked.grant_types, [DEVICE, "refresh_token"]);
    void normally;
    issuer.state.clients.set("by-device", { clientId: "by-device", auth: "none", redirectUris: [] });
    return { status: 201, body: { client_id: "by-device" } };
  });
  issuer.server.script("device", ({ form }) => ({
    body: {
      device_code: "device-code-secret",
      user_code: "WDJB-MJHT",
      verification_uri: `${issuer.url}/device`,
      expires_in: 900,
      interval: 5,
      ...device,
    },
    ...(form.get("client_id") === "by-device" ? {} : { status: 400 }),
  }));
  const pausesMs: number[] = [];
  const noted: Clock = {
    ...clock,
    sleep: (ms, signal) => {
      pausesMs.push(ms);
      return clock.sleep(ms, signal);
    },
  };
  return {
    issuer,
    clock,
    pausesMs,
    rig: rig({ clock: noted, settings: { grantType: { kind: "device_code" } }, browser: refuseToOpen() }),
  };
}

for (const [interval, firstMs] of [
  [0, 1_000],
  [-5, 1_000],
  [0.25, 1_000],
  ["soon", 5_000],
  [undefined, 5_000],
] as const) {
  test(`[AUTH-12] the issuer is not asked without a pause, also with the interval ${interval}`, async (t) => {
    const { clock, rig, pausesMs } = await deviceScene(
      t,
      ["authorization_pending", "slow_down", "authorization_pending", null],
      { interval },
    );
    const work = rig.call();
    await pass(clock, work);
    assert.equal(await work, 200);
    const slowerMs = firstMs + 5_000;
    assert.deepEqual(pausesMs, [firstMs, firstMs, slowerMs, slowerMs]);
  });
}

/** Lets time pass in steps of a second until `done`. */
async function pass(clock: ReturnType<typeof manualClock>, work: Promise<unknown>): Promise<void> {
  let done = false;
  void work
    .catch(() => {})
    .finally(() => {
      done = true;
    });
  while (!done) {
    await clock.advance(1_000);
    await new Promise((next) => setImmediate(next));
  }
}

test("[AUTH-12] --device-code: code and address are shown, the issuer is asked as often as it allows", async (t) => {
  const { issuer, clock, rig } = await deviceScene(t, [
    "authorization_pending",
    "slow_down",
    "authorization_pending",
    null,
  ]);
  const work = rig.call();
  const startMs = clock.nowMs();
  await pass(clock, work);
  assert.equal(await work, 200);
  assert.ok(rig.notices.some((text) => text.includes(`${issuer.url}/device`) && text.includes("WDJB-MJHT")));
  assert.equal(issuer.server.to("token").length, 4);
  // 5, 5, then 10 and 10 seconds.
  assert.ok(clock.nowMs() - startMs >= 30_000);
  assert.equal(rig.authorizer.inProgress(), undefined);
  assert.equal(rig.shared.record?.pending, undefined);
  for (const { name, fields } of rig.events)
    assert.doesNotMatch(JSON.stringify([name, fields]), /device-code-secret/);
  issuer.assertClean();
});

test("[AUTH-12] a device code that is denied, ends, or leads to an unsafe address", async (t) => {
  const denied = await deviceScene(t, ["access_denied"]);
  const first = failing("AUTH_DENIED", denied.rig.call());
  await pass(denied.clock, first);
  const ended = await deviceScene(t, ["authorization_pending", "expired_token"]);
  const second = failing("AUTH_TIMED_OUT", ended.rig.call());
  await pass(ended.clock, second);
  const late = await deviceScene(t, Array(100).fill("authorization_pending"), { expires_in: 12 });
  const third = failing("AUTH_TIMED_OUT", late.rig.call());
  await pass(late.clock, third);
  await Promise.all([first, second, third]);
  const unsafe = await deviceScene(t, [], { verification_uri: "javascript:alert(1)" });
  await failing("AUTH_INSECURE_ENDPOINT", unsafe.rig.call(), "javascript:alert(1)");
});

test("[AUTH-12] an issuer without device codes says so", async (t) => {
  const { rig, issuer } = await startScene(t);
  const failure = await failing(
    "AUTH_METADATA_INVALID",
    rig({ settings: { grantType: { kind: "device_code" } } }).call(),
    issuer.url,
  );
  assert.match(failure.hint, /--device-code/);
});
