import { writeFile } from "node:fs/promises";
import { codeOf } from "../core/errno.ts";
import { Failure } from "../core/failure/failure.ts";

/**
 * Writes a file that the user named, for its owner alone.
 * @throws Failure USAGE_BAD_ARGUMENT
 */
export async function writeNewFile(file: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      `${file} cannot be written (${codeOf(error) ?? "unknown reason"}).`,
      {
        hint: "Name another file.",
        cause: error,
      },
    );
  }
}
