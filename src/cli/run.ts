import { type Adapters, dataFolder, systemClock } from "../app/compose.ts";
import { connect } from "../app/connect.ts";
import { refuseHost } from "../app/refuse-host.ts";
import { asFailure } from "../core/failure.ts";
import { readSettings } from "./connection-flags.ts";
import { readCommandLine } from "./program.ts";
import { renderFailure } from "./render-failure.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs the program to its end.
 * @param adapters what tests put in place of the real ones
 * @returns the exit code, see `EXIT_CODES`
 */
export async function run(surroundings: Surroundings, adapters: Partial<Adapters> = {}): Promise<number> {
  const { argv, env, stdin, stdout, stderr } = surroundings;
  try {
    const invocation = readCommandLine(argv, env);
    if (invocation.kind === "print") {
      stdout.write(invocation.text);
      return 0;
    }
    const settings = await readSettings(invocation.connection, surroundings, () =>
      dataFolder(env, surroundings.platform),
    );
    return await connect(settings, surroundings, adapters);
  } catch (error) {
    const failure = asFailure(error);
    stderr.write(renderFailure(failure));
    if (!stdin.isTTY) await refuseHost(failure, stdin, stdout, systemClock());
    return failure.exitCode;
  }
}
