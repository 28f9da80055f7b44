// What to write into a host's configuration, where it kept back what a keychain or a browser is found by.

/** How to get a screen: part of a sentence. */
export const SCREEN_ADVICE = entryAdvice({ DISPLAY: ":0" }, ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"]);

/** Part of a sentence. @param names what codex passes on; default: the same */
export function entryAdvice(
  values: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(values),
): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const env = Object.entries(values).map(([name, value]) => `${quoted(name)}: ${quoted(value)}`);
  return `put "env": { ${env.join(", ")} } into this server's entry in the host's configuration (codex: env_vars = [${names.map(quoted).join(", ")}])`;
}
