import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommandLine } from "../../../src/cli/command-line.ts";
import { type Failure, isFailure } from "../../../src/core/failure/failure.ts";

function refusal(argv: string[], env: NodeJS.ProcessEnv = {}): Failure {
  try {
    readCommandLine(argv, env);
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(" ")}`);
}

test("[CLI-1] an unknown flag is refused with a suggestion", () => {
  const failure = refusal(["https://example.com/mcp", "--debgu"]);
  assert.equal(failure.code, "USAGE_BAD_ARGUMENT");
  assert.equal(failure.exitCode, 2);
  assert.match(failure.message, /--debgu.*--debug/);
});

test("[CLI-1] a misspelt command is no wrong port", () => {
  const failure = refusal(["logn", "https://example.com/mcp"]);
  assert.equal(failure.code, "USAGE_BAD_URL");
  assert.match(failure.message, /\(4 characters\) is neither a URL nor a command/);
});

test("[CLI-1] [REG-9] JSON that was split at its blanks is recognised, and no piece of it shown", () => {
  const pieces = ["{ client_id:", "s3cret", "}"];
  for (const rest of [pieces, pieces.slice(0, 2)]) {
    const failure = refusal(["https://example.com/mcp", "--static-oauth-client-info", ...rest]);
    assert.equal(failure.code, "USAGE_BAD_JSON");
    assert.doesNotMatch(failure.message, /s3cret/);
    assert.match(failure.hint, /--static-oauth-client-info @path\/to\/file\.json/);
  }
});

const bad = [
  ["https://example.com/mcp", "notaport"],
  ["https://example.com/mcp", "0"],
  ["https://example.com/mcp", "65536"],
  ["https://example.com/mcp", "3334", "extra"],
  ["https://example.com/mcp", "--store", "cloud"],
  ["https://example.com/mcp", "--auth-timeout", "soon"],
  ["https://example.com/mcp", "--auth-timeout", "-1"],
  ["https://example.com/mcp", "--client-metadata-url", "http://example.com/c.json"],
  ["https://example.com/mcp", "--client-metadata-url", "https://example.com"],
  ["https://example.com/mcp", "--host", "a/b"],
  ["https://example.com/mcp", "--header"],
  [],
];

for (const argv of bad) {
  test(`[CLI-1] refuses ${JSON.stringify(argv.slice(1))}`, () => {
    assert.equal(refusal(argv).code, "USAGE_BAD_ARGUMENT");
  });
}

test("[CLI-1] every flag can be set by an environment variable, and the flag wins", () => {
  const env = {
    DRAWBRIDGE_SCOPE: "from-env",
    DRAWBRIDGE_AUTH_TIMEOUT: "7",
    DRAWBRIDGE_DEBUG: "yes",
    DRAWBRIDGE_SILENT: "0",
    DRAWBRIDGE_HEADER: "A: 1\nB: 2",
    DRAWBRIDGE_STORE: "memory",
  };
  const read = readCommandLine(["https://example.com/mcp", "--scope", "from-flag"], env);
  assert.equal(read.kind, "connect");
  if (read.kind !== "connect") return;
  assert.equal(read.connection.flags.scope, "from-flag");
  assert.equal(read.connection.flags.authTimeout, 7_000);
  assert.equal(read.connection.flags.debug, true);
  assert.equal(read.connection.flags.silent, false);
  assert.equal(read.connection.flags.store, "memory");
  assert.deepEqual(read.connection.flags.header, ["A: 1", "B: 2"]);
});

test("[CLI-1] an environment variable with a bad value is named", () => {
  assert.match(
    refusal(["https://example.com/mcp"], { DRAWBRIDGE_STORE: "cloud" }).message,
    /DRAWBRIDGE_STORE/,
  );
  assert.match(
    refusal(["https://example.com/mcp"], { DRAWBRIDGE_DEBUG: "maybe" }).message,
    /DRAWBRIDGE_DEBUG/,
  );
});

test("[CLI-1] help lists every flag under a heading", () => {
  const read = readCommandLine(["--help"], {});
  assert.equal(read.kind, "print");
  assert.ok("text" in read);
  for (const heading of ["Requests:", "Client:", "Sign-in:", "Storage:", "Network:", "Troubleshooting:"]) {
    assert.ok(read.text.includes(heading), heading);
  }
});

test("[CLI-1] flags behind a command are the command's own", () => {
  const read = readCommandLine(
    ["login", "https://example.com/mcp", "3334", "--profile", "work", "--again"],
    {},
  );
  assert.equal(read.kind, "login");
  assert.ok("connection" in read);
  assert.equal(read.connection.callbackPort, 3334);
  assert.equal(read.connection.flags.profile, "work");
});

test("[LIFE-2] only the main command speaks to a host", () => {
  const address = "https://example.com/mcp";
  const commands = [[address], ["login", address], ["logout", address], ["--help"]];
  const answering = commands.map((argv) => readCommandLine(argv, {}).answersHost);
  assert.deepEqual(answering, [true, false, false, false]);
});

test("[CLI-1] logout takes one address, or --all", () => {
  assert.equal(readCommandLine(["logout", "--all"], {}).kind, "logout");
  assert.equal(refusal(["logout"]).code, "USAGE_BAD_ARGUMENT");
  assert.equal(refusal(["logout", "https://example.com/mcp", "--all"]).code, "USAGE_BAD_ARGUMENT");
});
