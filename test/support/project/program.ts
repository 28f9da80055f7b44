// Where the built program is, and the environment a graphical host gives it: nearly nothing.
import path from "node:path";

/** Root of the project, seen from the compiled tests in build/test/support/project/project. */
export const PROJECT = path.resolve(import.meta.dirname, "../../../..");

/** The bundled program; `npm run build` makes it. */
export const PROGRAM = path.join(PROJECT, "dist", "main.js");

/** No display, no session bus, no proxy, a home of its own. */
export function programEnvironment(
  home: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: home, LANG: "C.UTF-8", ...extra };
}
