import type { Settings } from "../core/settings.ts";
import { type Adapters, compose, type Surroundings } from "./compose.ts";

/**
 * The main job: carries messages between the host on standard input and output and the remote, until the host is gone.
 * Problems of a session are answers to the host, not the end of the program.
 */
export async function connect(
  settings: Settings,
  surroundings: Surroundings,
  adapters: Partial<Adapters> = {},
): Promise<void> {
  const parts = compose(settings, surroundings, adapters);
  try {
    await parts.bridge().run();
  } finally {
    await parts.authorizer.close();
    parts.http.close();
    parts.diagnostics.close();
  }
}
