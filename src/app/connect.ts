import type { Settings } from "../core/settings.ts";
import { exitCodeFor } from "../platform/process/lifecycle.ts";
import { type Adapters, compose, type ProcessContext } from "./compose.ts";
import { writeOut } from "./write-out.ts";

/**
 * The main job: carries messages between the host on standard input and output and the remote, until the host is gone.
 * Problems of a session are answers to the host, not the end of the program.
 * @returns the exit code
 */
export async function connect(
  settings: Settings,
  context: ProcessContext,
  adapters: Partial<Adapters> = {},
): Promise<number> {
  const parts = compose(settings, context, adapters);
  const lifecycle = parts.lifecycle(true);
  const bridge = parts.bridge();
  lifecycle.onEnd((reason) => bridge.stop(reason));
  try {
    await bridge.run();
    await writeOut(context.stdout, "");
  } finally {
    await parts.authorizer.close();
    parts.http.close();
    parts.diagnostics.close();
  }
  return lifecycle.reason === undefined ? 0 : exitCodeFor(lifecycle.reason);
}
