import path from "node:path";
import type { SetupContext } from "../../../src/app/setup/host-config.ts";
import { createSystemClock } from "../../../src/platform/process/clock.ts";
import { createProcessIdentity } from "../../../src/platform/process/process-identity.ts";
import { systemRandom } from "../../../src/platform/process/random.ts";

const silent: SetupContext["adapters"]["diagnostics"] = {
  enabled: false,
  event: () => {},
  notice: () => {},
  close: () => {},
};

/** A computer with a fresh home in `home`, of any platform: paths are joined as this one joins them. */
export function setupContextOf(
  home: string,
  platform: NodeJS.Platform,
  more: Partial<SetupContext> = {},
): SetupContext {
  const env = {
    APPDATA: path.join(home, "AppData", "Roaming"),
    LOCALAPPDATA: path.join(home, "AppData", "Local"),
  };
  return {
    adapters: {
      clock: createSystemClock(),
      random: systemRandom,
      diagnostics: silent,
      identity: createProcessIdentity(),
    },
    places: { platform, home, env: platform === "win32" ? env : {} },
    program: "/opt/mcp-drawbridge/dist/main.js",
    dataFolder: path.join(home, "data"),
    ...more,
  };
}
