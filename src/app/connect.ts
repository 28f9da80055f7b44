import type { Settings } from "../core/settings.ts";
import { exitCodeFor } from "../platform/process/lifecycle.ts";
import type { Adapters } from "./adapters.ts";
import { compose } from "./compose.ts";
import { writeOut } from "./write-out.ts";

/**
 * The main job: carries messages between the host on standard input and output and the remote, until the host is gone.
 * Problems of a session are answers to the host, not the end of the program.
 * @returns the exit code
 */
export async function connect(settings: Settings, adapters: Adapters): Promise<number> {
  const parts = compose(settings, adapters);
  const lifecycle = adapters.lifecycle(true);
  const bridge = parts.bridge();
  lifecycle.onEnd((reason) => bridge.stop(reason));
  try {
    await bridge.run();
    await writeOut(adapters.stdout, "");
  } finally {
    await parts.close();
  }
  return lifecycle.reason === undefined ? 0 : exitCodeFor(lifecycle.reason);
}
