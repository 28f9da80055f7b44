import { Failure } from "../../core/failure/failure.ts";
import { refuseUnfilled } from "./placeholders.ts";

/** Where `${NAME}` is looked up. */
export interface Variables {
  readonly env: NodeJS.ProcessEnv;
  /** Gets the names that were looked up: most of them hold a secret. */
  readonly used: Set<string>;
}

/**
 * Replaces `${NAME}` by the variable of that name. What a variable holds is not replaced again.
 * @param place flag, or file and line, for the message
 * @throws Failure USAGE_MISSING_VARIABLE; Unfilled, for other placeholders, here or in a variable
 */
export function expandVariables(text: string, { env, used }: Variables, place: string): string {
  refuseUnfilled(text, place, "secret");
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = env[name];
    if (!value?.trim()) {
      const state = value === undefined ? "not set" : "empty";
      throw new Failure("USAGE_MISSING_VARIABLE", `${place}: the environment variable ${name} is ${state}.`);
    }
    refuseUnfilled(value, `${place}: the environment variable ${name}`, "word");
    used.add(name);
    return value;
  });
}
