import { type Adapters, dataFolder, keychainSecret, systemClock } from "../app/compose.ts";
import { connect } from "../app/connect.ts";
import { writeOut } from "../app/write-out.ts";
import { asFailure, EXIT_CODES, type Failure } from "../core/failure/failure.ts";
import { type Invocation, readCommandLine } from "./command-line/command-line.ts";
import type { ProgramContext } from "./command-line/program-context.ts";
import { renderFailure } from "./command-line/render-failure.ts";
import { settingsFromFlags } from "./command-line/settings-from-flags.ts";

/**
 * Runs the program to its end.
 * @param adapters what tests put in place of the real ones
 * @returns the exit code, see `EXIT_CODES`
 */
export async function run(context: ProgramContext, adapters: Partial<Adapters> = {}): Promise<number> {
  let invocation: Invocation | undefined;
  try {
    invocation = readCommandLine(context.argv, context.env);
    return await carryOut(invocation, context, adapters);
  } catch (error) {
    const failure = asFailure(error);
    context.stderr.write(renderFailure(failure));
    if (invocation === undefined || invocation.kind === "connect") await answerHost(failure, context);
    return failure.exitCode;
  }
}

async function carryOut(
  invocation: Invocation,
  context: ProgramContext,
  adapters: Partial<Adapters>,
): Promise<number> {
  if (invocation.kind === "print") {
    await writeOut(context.stdout, invocation.text);
    return 0;
  }
  // Everything is signed out wherever it is: the address only stands in for the settings' own.
  const { url = "https://localhost" } = invocation.connection;
  const settings = await settingsFromFlags({ ...invocation.connection, url }, context, {
    defaultFolder: () => dataFolder(context.env, context.platform),
    readKeychain: keychainSecret,
  });
  if (invocation.kind === "connect") return connect(settings, context, adapters);
  const say = (line: string): Promise<void> => writeOut(context.stdout, `${line}\n`);
  if (invocation.kind === "login") {
    const { login } = await import("../app/login.ts");
    await say(await login(settings, context, invocation.again, adapters));
    return 0;
  }
  const { logout, logoutEverywhere } = await import("../app/logout.ts");
  if (invocation.connection.url !== undefined) {
    await say(await logout(settings, context, adapters));
    return 0;
  }
  const { lines, failed } = await logoutEverywhere(settings, context, adapters);
  await say(lines.join("\n"));
  return failed ? EXIT_CODES.LOCAL : 0;
}

/** A host that started the program shows the person its answer, and few show standard error. */
async function answerHost(failure: Failure, { stdin, stdout }: ProgramContext): Promise<void> {
  if (stdin.isTTY) return;
  const { refuseHost } = await import("../app/refuse-host.ts");
  await refuseHost(failure, stdin, stdout, systemClock());
}
