// Compiles src, test and examples, file by file, into build/ for the test runner and the demo. Type errors fail here.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
rmSync(path.join(root, "build"), { recursive: true, force: true });
const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", root], {
  stdio: "inherit",
});
process.exit(status ?? 1);
