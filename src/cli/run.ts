import { type Adapters, adapters, completeEnvironment, systemClock } from "../app/adapters.ts";
import { asFailure, type Failure } from "../core/failure/failure.ts";
import { Output } from "./command-line/output.ts";
import type { ProgramContext } from "./command-line/program-context.ts";
import { readSettings } from "./command-line/read-settings.ts";
import { renderFailure } from "./command-line/render-failure.ts";
import { readCommandLine } from "./command-line.ts";
import type { Invocation, Printed } from "./commands/command.ts";

/**
 * Runs the program to its end.
 * @param replaced what tests put in place of the real adapters
 * @returns the exit code, see `EXIT_CODES`
 */
export async function run(context: ProgramContext, replaced: Partial<Adapters> = {}): Promise<number> {
  let invocation: Invocation | Printed | undefined;
  try {
    invocation = await readCommandLine(context.argv);
    return await carryOut(invocation, context, replaced);
  } catch (error) {
    const failure = asFailure(error);
    context.stderr.write(renderFailure(failure));
    if (invocation !== undefined && "json" in invocation && invocation.json === true)
      await new Output(context.stdout).json({
        version: 1,
        command: invocation.kind,
        error: { message: failure.said, ...failure.data(), exitCode: failure.exitCode },
      });
    if (invocation === undefined || invocation.answersHost) await answerHost(failure, context);
    return failure.exitCode;
  }
}

async function carryOut(
  invocation: Invocation | Printed,
  given: ProgramContext,
  replaced: Partial<Adapters>,
): Promise<number> {
  const output = new Output(given.stdout, given.env);
  if ("text" in invocation) {
    await output.raw(invocation.text);
    return 0;
  }
  const context = completeEnvironment(given);
  const settings = await readSettings(invocation.connection, context);
  const made = adapters(settings, context, replaced);
  try {
    return await invocation.run({ settings, adapters: made, output, program: context });
  } finally {
    made.http.close();
    made.diagnostics.close();
  }
}

/** A host that started the program shows the person its answer, and few show standard error. */
async function answerHost(failure: Failure, { stdin, stdout }: ProgramContext): Promise<void> {
  if (stdin.isTTY) return;
  const { refuseHost } = await import("../app/refuse-host.ts");
  await refuseHost(failure, stdin, stdout, systemClock());
}
