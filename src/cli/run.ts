import { connect } from "../app/connect.ts";
import { refuseHost } from "../app/refuse-host.ts";
import { asFailure } from "../core/failure.ts";
import { readCommandLine } from "./program.ts";
import { readSettings } from "./read-settings.ts";
import { renderFailure } from "./render-failure.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs the program to its end.
 * @returns the exit code, see `EXIT_CODES`
 */
export async function run(surroundings: Surroundings): Promise<number> {
  const { argv, env, stderr, stdin, stdout } = surroundings;
  try {
    const invocation = readCommandLine(argv, env);
    if (invocation.kind === "print") {
      stdout.write(invocation.text);
      return 0;
    }
    const settings = readSettings(invocation.url, invocation.callbackPort, invocation.options, surroundings);
    await connect(settings, surroundings);
    return 0;
  } catch (error) {
    const failure = asFailure(error);
    stderr.write(renderFailure(failure));
    if (!stdin.isTTY) await refuseHost(failure, stdin, stdout);
    return failure.exitCode;
  }
}
