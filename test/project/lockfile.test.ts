// `npm ci` must pass on every system, whatever registry the lockfile was written with.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/project/program.ts";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfile = JSON.parse(readFileSync(path.join(PROJECT, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const locked = Object.entries(lockfile.packages);

test("the lockfile holds the optional packages of every system: npm ci refuses it otherwise", () => {
  const names = new Set(locked.map(([place]) => place.split("node_modules/").at(-1)));
  const missing = locked.flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${name} of ${place}`),
  );
  assert.deepEqual(missing, []);
});

test("the lockfile names no registry, and checks what it gets", () => {
  const packages = locked.filter(([place]) => place !== "");
  assert.deepEqual(
    packages.filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
  assert.deepEqual(
    packages.filter(([, { integrity }]) => integrity === undefined).map(([place]) => place),
    [],
  );
});
