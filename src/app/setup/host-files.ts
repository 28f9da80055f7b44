import path from "node:path";
import type { HostRow } from "./host-table.ts";

/** The computer, as far as it says where hosts keep their files. */
export interface HostPlaces {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** The files in which the host may keep its servers, the likeliest first; absolute. */
export function filesOf(host: HostRow, places: HostPlaces): string[] {
  return (host.filesOn?.[places.platform] ?? host.files).map((template) => resolved(template, places));
}

/** The same for a project; none where the host has no file for one. */
export function projectFilesOf(host: HostRow, folder: string): string[] {
  return (host.projectFiles ?? []).map((file) => path.join(folder, ...file.split("/")));
}

function resolved(template: string, places: HostPlaces): string {
  const { platform, env, home } = places;
  const xdg = absolute(env.XDG_CONFIG_HOME) ?? path.join(home, ".config");
  const config =
    platform === "win32"
      ? (absolute(env.APPDATA) ?? path.join(home, "AppData", "Roaming"))
      : platform === "darwin"
        ? path.join(home, "Library", "Application Support")
        : xdg;
  const filled = template
    .replace("{home}", home)
    .replace("{config}", config)
    .replace("{xdg}", xdg)
    .replace(/\{([A-Z_]+)\|([^}]*)\}/, (_, name: string, otherwise: string) => env[name] || otherwise);
  return path.resolve(filled);
}

const absolute = (text: string | undefined): string | undefined =>
  text !== undefined && path.isAbsolute(text) ? text : undefined;
