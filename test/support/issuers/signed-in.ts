// Somebody who is signed in already, on the test's own clock.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { VaultRecord } from "../../../src/core/oauth/vault-record.ts";
import { refuseToOpen } from "../browsers/browser.ts";
import { manualClock } from "../clocks/manual-clock.ts";
import type { ProtectedRemoteOptions } from "../remotes/protected-remote.ts";
import type { Rig } from "./auth-rig.ts";
import { type Scene, startScene } from "./auth-scene.ts";
import type { StrictIssuerOptions } from "./strict-issuer.ts";

export const never = new AbortController().signal;

/** Somebody is signed in; the clock is the test's. */
export async function signedIn(
  t: TestContext,
  issuerOptions: StrictIssuerOptions = {},
  remoteOptions: ProtectedRemoteOptions = {},
) {
  const clock = manualClock(Date.now());
  const scene = await startScene(t, { nowMs: clock.nowMs, ...issuerOptions }, remoteOptions);
  const rig = scene.rig({ clock });
  assert.equal(await rig.call(), 200);
  const silent = (shared = rig.shared) => scene.rig({ clock, shared, browser: refuseToOpen() });
  return { ...scene, clock, rig, silent };
}

export function ask({ authorizer }: Rig, { remote }: Pick<Scene, "remote">) {
  return authorizer.credentials({ method: "POST", url: new URL(remote.url) }, never);
}

export function recordOf(rig: Rig): VaultRecord {
  return rig.shared.record ?? assert.fail("nothing is saved");
}
