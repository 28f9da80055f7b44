// Assertions and ID tokens that somebody else makes: a file that is renewed in place, or what a command prints.
import { open } from "node:fs/promises";
import { codeOf } from "../core/errno.ts";
import { Failure } from "../core/failure/failure.ts";
import type { Assertions } from "../core/ports/assertions.ts";
import type { AssertionSource } from "../core/settings.ts";
import { sized } from "../core/text/printable.ts";
import { Secret } from "../core/text/secret.ts";

const MAX_BYTES = 64 * 1024;
const COMMAND_LIMIT_MS = 30_000;

export const assertions: Assertions = {
  async read(source, signal) {
    if (source.kind === "value") return source.value;
    const text = (source.kind === "file" ? await contents(source) : await output(source, signal)).trim();
    if (text !== "") return new Secret(text);
    throw new Failure("USAGE_BAD_ARGUMENT", `The assertion from the ${source.kind} that you gave is empty.`);
  },
};

async function contents({ path }: Extract<AssertionSource, { kind: "file" }>): Promise<string> {
  try {
    const file = await open(path, "r");
    const reading = file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    const { buffer, bytesRead } = await reading.finally(() => file.close());
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    const why = `${codeOf(error) ?? "unknown reason"}; its path has ${sized(path)}`;
    throw new Failure("USAGE_MISSING_FILE", `The assertion's file cannot be read (${why}).`, {
      cause: error,
    });
  }
}

/** The user's own command line, with what that means on this system: pipes, variables. */
async function output(
  { command }: Extract<AssertionSource, { kind: "command" }>,
  signal: AbortSignal,
): Promise<string> {
  const { exec } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    exec(
      command,
      { timeout: COMMAND_LIMIT_MS, maxBuffer: MAX_BYTES, signal, windowsHide: true },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else if (signal.aborted) reject(signal.reason);
        // Neither its output nor its words: either may hold the secret.
        else
          reject(
            new Failure("USAGE_BAD_ARGUMENT", `The command for the assertion (${sized(command)}) failed.`),
          );
      },
    );
  });
}
