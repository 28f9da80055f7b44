#!/usr/bin/env node
// The program's first lines. Nothing here may need a newer Node than the oldest that can read this file, so the
// version is checked before anything else is loaded.
const parent = process.ppid;
const required = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < (required[0] ?? 0) || (major === required[0] && minor < (required[1] ?? 0))) {
  process.stderr.write(
    `mcp-drawbridge: needs Node ${required.join(".")} or newer; this is ${process.version} (${process.execPath}).\n` +
      "Install a newer Node from https://nodejs.org, or point the host's configuration at one.\n",
  );
  process.exitCode = 6;
} else {
  import("./run.ts")
    .then(({ run }) =>
      run({
        process,
        parent,
        argv: process.argv.slice(2),
        env: process.env,
        cwd: process.cwd(),
        platform: process.platform,
        stdin: process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
      }),
    )
    // What is left by then (an idle socket, a timer) must not keep the process alive.
    .then((code) => process.exit(code));
}
