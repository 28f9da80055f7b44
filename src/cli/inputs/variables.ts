import { Failure } from "../../core/failure/failure.ts";

/** Where `${NAME}` is looked up. */
export interface Variables {
  readonly env: NodeJS.ProcessEnv;
  /** Gets the names that were looked up: most of them hold a secret. */
  readonly used: Set<string>;
}

/**
 * Replaces `${NAME}` by the variable of that name. What a variable holds is not looked at again.
 * @param place flag, or file and line, for the message
 * @throws Failure USAGE_MISSING_VARIABLE
 */
export function expandVariables(text: string, { env, used }: Variables, place: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) {
      throw new Failure("USAGE_MISSING_VARIABLE", `${place}: the environment variable ${name} is not set.`);
    }
    used.add(name);
    return value;
  });
}
