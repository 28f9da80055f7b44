// Loaded before each test file: a test that hangs is named, and ends its file, instead of holding the whole group until
// its budget is over. Node's own --test-timeout counts for whole files on Node 20, and names nothing.
import { afterEach, beforeEach } from "node:test";

/** Seconds; tests with a limit of their own have at most this, too. */
const limitS = Number(process.env.DRAWBRIDGE_TEST_LIMIT ?? 180);

// The runner itself loads this file as well, and runs no test.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  const timers = new Map();
  beforeEach((context) => {
    const name = context.fullName ?? context.name;
    const end = () => {
      process.stderr.write(`OVER TIME after ${limitS} s: ${name} (${process.argv[1]})\n`);
      process.exit(1);
    };
    timers.set(name, setTimeout(end, limitS * 1_000).unref());
  });
  afterEach((context) => clearTimeout(timers.get(context.fullName ?? context.name)));
}
