import { Failure } from "../../core/failure/failure.ts";
import { sized } from "../../core/text/printable.ts";
import { type Command, InvalidArgumentError, type Option } from "../commander.ts";

/** `--ca-file` is also `DRAWBRIDGE_CA_FILE`; the flag wins. Repeatable flags take one value a line. */
function environmentName(option: Option): string {
  return `DRAWBRIDGE_${(option.long ?? "").replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

/**
 * Fills options that the command line did not give from their environment variables.
 * @throws Failure USAGE_BAD_ARGUMENT naming the variable
 */
export function applyEnvFlags(command: Command, env: NodeJS.ProcessEnv): void {
  for (const option of command.options) {
    const name = environmentName(option);
    const text = env[name];
    const key = option.attributeName();
    if (text === undefined || command.getOptionValueSource(key) === "cli") continue;
    command.setOptionValueWithSource(key, parse(option, name, text), "env");
  }
}

function parse(option: Option, name: string, text: string): unknown {
  if (option.isBoolean() || option.negate) return option.negate ? !flag(name, text) : flag(name, text);
  if (option.argChoices !== undefined && !option.argChoices.includes(text)) {
    throw new Failure(
      "USAGE_BAD_ARGUMENT",
      `${name}: the value (${sized(text)}) is none of ${option.argChoices.join(", ")}.`,
    );
  }
  const parser = option.parseArg;
  if (parser === undefined) return text;
  try {
    const lines = text.split(/\r?\n/).filter((line) => line !== "");
    return lines.reduce<unknown>((before, line) => parser(line, before as undefined), undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new Failure("USAGE_BAD_ARGUMENT", `${name}: ${error.message}`, {
      cause: error,
    });
  }
}

function flag(name: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off|)$/i.test(text)) return false;
  throw new Failure("USAGE_BAD_ARGUMENT", `${name}: the value (${sized(text)}) is neither true nor false.`);
}
