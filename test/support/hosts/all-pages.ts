import type { Answered } from "./host-connection.ts";
import type { Json } from "./rpc-text.ts";

/** A list of tools with the pages after `first`; as `first` where one of them does not come. */
export async function allPages(
  first: Answered,
  ask: (params: Json) => Promise<Answered | undefined>,
): Promise<Answered> {
  const tools: unknown[] = [];
  for (let last = first; ; ) {
    if (Array.isArray(last.result?.tools)) tools.push(...last.result.tools);
    const cursor = last.result?.nextCursor;
    if (cursor === undefined) return { ...last, result: { ...last.result, tools } };
    const next = await ask({ cursor });
    if (next === undefined) return first;
    last = next;
  }
}
