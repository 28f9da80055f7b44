import { Failure } from "../../core/failure/failure.ts";

/**
 * `--debug true`: for a flag that takes no value the word would be the next argument, a port maybe.
 * @param switches names of the flags that take no value
 * @throws Failure USAGE_BAD_ARGUMENT
 */
export function refuseValueOfSwitch(words: readonly string[], switches: ReadonlySet<string>): void {
  const end = words.indexOf("--");
  for (const [at, word] of (end < 0 ? words : words.slice(0, end)).entries()) {
    const [name = "", ...value] = word.split("=");
    if (!switches.has(name)) continue;
    if (value.length === 0 && !/^(?:true|false|yes|no|on|off|[01])$/i.test(words[at + 1] ?? "")) continue;
    throw new Failure("USAGE_BAD_ARGUMENT", `${name} takes no value.`, {
      hint: `Write ${name} alone, or leave it out.`,
    });
  }
}
