// What a person is told where a host kept back what a keychain or a browser is found by, and nothing could fill it in.
import type { KeychainObstacle } from "../../core/ports/keychain.ts";

/** On Linux a keychain is a service on the session bus. Undefined: the environment names a bus. */
export function keychainObstacle(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  userId: number | undefined,
): KeychainObstacle | undefined {
  if (platform !== "linux" || env.DBUS_SESSION_BUS_ADDRESS) return undefined;
  const address = `unix:path=/run/user/${userId ?? 1_000}/bus`;
  return {
    why: "DBUS_SESSION_BUS_ADDRESS is not set, and there is no session bus at its usual place",
    hint: `The host did not pass it on: ${entryAdvice({ DBUS_SESSION_BUS_ADDRESS: address })}. A terminal on your desktop prints the right value with \`echo $DBUS_SESSION_BUS_ADDRESS\`.`,
  };
}

/** How to get a screen: part of a sentence. */
export const SCREEN_ADVICE = entryAdvice({ DISPLAY: ":0" }, ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"]);

/** @param names what codex passes on; default: the same */
function entryAdvice(
  values: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(values),
): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const env = Object.entries(values).map(([name, value]) => `${quoted(name)}: ${quoted(value)}`);
  return `put "env": { ${env.join(", ")} } into this server's entry in the host's configuration (codex: env_vars = [${names.map(quoted).join(", ")}])`;
}
