// Tasks of 2025-11-25 (utilities/tasks) and the tasks extension of 2026-07-28 are different ones: who has the one is not told
// of the other, so that nobody makes a task that the other side could not follow.

import type { RawObject } from "./raw-object.ts";

const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What a peer offers, for the other era: the tasks of both are different ones, and neither understands those of the other. */
export function withoutTasks(capabilities: RawObject): RawObject {
  const extensions = capabilities.object("extensions").delete(TASKS_EXTENSION);
  if (capabilities.get("extensions") !== undefined) capabilities.setObject("extensions", extensions);
  return capabilities.delete("tasks");
}

/** `params` of a request, for the other era: who has not offered tasks is not asked for one (2025-11-25, utilities/tasks, Task Support and Handling). */
export function withoutTask(method: string, params: RawObject): RawObject {
  return method === "tools/call" ? params.delete("task") : params;
}
