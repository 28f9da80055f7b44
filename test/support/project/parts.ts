// Parts of the system that may be missing: a test that needs one skips and says why, unless REQUIRE_ALL_PARTS=1.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";

/** Path of the first of `names` on PATH (an absolute name is looked at itself); undefined: none is there. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const places = names.flatMap((name) =>
    path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)),
  );
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The part, or undefined after marking the test as skipped.
 * @throws AssertionError where every part has to be there
 */
export function needed<T>(context: TestContext, name: string, part: T | undefined): T | undefined {
  if (part !== undefined) return part;
  const reason = `${name} is not on this machine`;
  assert.notEqual(process.env.REQUIRE_ALL_PARTS, "1", `${reason}, and REQUIRE_ALL_PARTS is set`);
  context.diagnostic(`skipped: ${reason}`);
  context.skip(reason);
  return undefined;
}
