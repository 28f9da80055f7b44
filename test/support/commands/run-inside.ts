// A command inside the test's process: what it says and its exit code.
import { PassThrough } from "node:stream";
import type { Adapters } from "../../../src/app/adapters.ts";
import type { ProgramContext } from "../../../src/cli/command-line/program-context.ts";
import { run } from "../../../src/cli/run.ts";

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runInside(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  replaced: Partial<Adapters> = {},
): Promise<Said> {
  const texts = { stdout: "", stderr: "" };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  stderr.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  const { platform } = process;
  const context = { process, argv, env, cwd: "/", platform, stdin: new PassThrough(), stdout, stderr };
  const code = await run(context as unknown as ProgramContext, replaced);
  return { code, ...texts };
}
