// A strict issuer, a remote that wants its tokens, and any number of authorizers between them; all closed at the end.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Failure, isFailure } from "../../../src/core/failure/failure.ts";
import type { FailureCode } from "../../../src/core/failure/failure-table.ts";
import {
  type ProtectedRemote,
  type ProtectedRemoteOptions,
  startProtectedRemote,
} from "../remotes/protected-remote.ts";
import { createRig, type Rig, type RigOptions } from "./auth-rig.ts";
import { type StrictIssuer, type StrictIssuerOptions, startStrictIssuer } from "./strict-issuer.ts";

export interface Scene {
  readonly issuer: StrictIssuer;
  readonly remote: ProtectedRemote;
  rig(options?: Partial<RigOptions>): Rig;
}

export async function startScene(
  t: TestContext,
  issuerOptions: StrictIssuerOptions = {},
  remoteOptions: ProtectedRemoteOptions = {},
): Promise<Scene> {
  const issuer = await startStrictIssuer(issuerOptions);
  t.after(() => issuer.close());
  const remote = await startProtectedRemote({ issuer, ...remoteOptions });
  t.after(() => remote.close());
  return {
    issuer,
    remote,
    rig(options = {}) {
      const made = createRig({ remote: remote.url, ...options });
      t.after(() => made.close());
      return made;
    },
  };
}

/** Runs `act`, expects it to fail with `code`, and every text in its message; gives the failure. */
export async function failing(
  code: FailureCode,
  act: Promise<unknown> | (() => Promise<unknown>),
  ...texts: readonly string[]
): Promise<Failure> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (error) {
    assert.ok(isFailure(error), String(error instanceof Error ? error.stack : error));
    assert.equal(error.code, code, error.message);
    for (const text of texts)
      assert.ok(error.message.includes(text), `"${text}" is not in: ${error.message}`);
    return error;
  }
  return assert.fail(`It did not fail with ${code}.`);
}
