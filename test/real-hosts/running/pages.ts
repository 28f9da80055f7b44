// Sixty tools on three pages.
import { isObject, type Json } from "../../support/hosts/rpc-text.ts";

export const TOOL_COUNT = 60;
const PAGE_SIZE = 20;

export function pagedTools(): Json[] {
  return Array.from({ length: TOOL_COUNT }, (_, number) => ({
    name: `paged_${String(number + 1).padStart(2, "0")}`,
    description: `Tool number ${number + 1}.`,
    inputSchema: { type: "object", properties: {} },
    annotations: { readOnlyHint: true },
  }));
}

/** Result of `tools/list` with these `params`. */
export function pageOf(tools: readonly Json[], params: unknown): Json {
  const cursor = isObject(params) ? Number(params.cursor ?? 0) : 0;
  const next = cursor + PAGE_SIZE;
  return {
    tools: tools.slice(cursor, next),
    ...(next < tools.length ? { nextCursor: String(next) } : {}),
  };
}
