import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommandLine } from "../../../src/cli/command-line.ts";
import { type Failure, isFailure } from "../../../src/core/failure/failure.ts";

async function refusal(argv: string[]): Promise<Failure> {
  try {
    await readCommandLine(argv);
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(" ")}`);
}

test("[CLI-1] an unknown flag is refused with a suggestion", async () => {
  const failure = await refusal(["https://example.com/mcp", "--debgu"]);
  assert.equal(failure.code, "USAGE_BAD_ARGUMENT");
  assert.equal(failure.exitCode, 2);
  assert.match(failure.message, /--debgu.*--debug/);
});

test("[CLI-1] a misspelt command is no wrong port", async () => {
  const failure = await refusal(["logn", "https://example.com/mcp"]);
  assert.equal(failure.code, "USAGE_BAD_URL");
  assert.match(failure.message, /\(4 characters\) is neither a URL nor a command/);
});

test("[CLI-1] [REG-9] JSON that was split at its blanks is recognised, and no piece of it shown", async () => {
  const pieces = ["{ client_id:", "s3cret", "}"];
  for (const rest of [pieces, pieces.slice(0, 2)]) {
    const failure = await refusal(["https://example.com/mcp", "--static-oauth-client-info", ...rest]);
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
  test(`[CLI-1] refuses ${JSON.stringify(argv.slice(1))}`, async () => {
    assert.equal((await refusal(argv)).code, "USAGE_BAD_ARGUMENT");
  });
}

test("[CLI-1] help lists every flag under a heading", async () => {
  const read = await readCommandLine(["--help"]);
  assert.equal(read.kind, "print");
  assert.ok("text" in read);
  for (const heading of ["Requests:", "Client:", "Sign-in:", "Storage:", "Network:", "Troubleshooting:"]) {
    assert.ok(read.text.includes(heading), heading);
  }
});

test("[CLI-1] flags behind a command are the command's own", async () => {
  const read = await readCommandLine([
    "login",
    "https://example.com/mcp",
    "3334",
    "--profile",
    "work",
    "--again",
  ]);
  assert.equal(read.kind, "login");
  assert.ok("connection" in read);
  assert.equal(read.connection.callbackPort, 3334);
  assert.equal(read.connection.given.get("profile"), "work");
});

test("[LIFE-2] only the main command speaks to a host", async () => {
  const address = "https://example.com/mcp";
  const commands = [[address], ["login", address], ["logout", address], ["--help"]];
  const answering = await Promise.all(
    commands.map(async (argv) => (await readCommandLine(argv)).answersHost),
  );
  assert.deepEqual(answering, [true, false, false, false]);
});

test("[CLI-1] logout takes one address, or --all", async () => {
  assert.equal((await readCommandLine(["logout", "--all"])).kind, "logout");
  assert.equal((await refusal(["logout"])).code, "USAGE_BAD_ARGUMENT");
  assert.equal((await refusal(["logout", "https://example.com/mcp", "--all"])).code, "USAGE_BAD_ARGUMENT");
});
