// A host, a bridge and a remote whose lists come in pages.
import { afterEach } from "node:test";
import { manualClock } from "../clocks/manual-clock.ts";
import { onlyWith, ScriptedAuthorizer } from "../issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../remotes/scripted-remote.ts";
import type { Exchange } from "../remotes/scripted-server.ts";
import { BridgeHost, createMemory } from "./bridge-host.ts";

export interface ListSceneOptions {
  /** Default Cline, which reads the first page of a list only. */
  readonly name?: string;
  /** Default true. */
  readonly signedIn?: boolean;
  readonly memory?: ReturnType<typeof createMemory>;
  readonly readOnly?: boolean;
}

/** Opens such scenes, and closes each after its test. */
export function listScenes() {
  let clean: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const action of clean.reverse()) await action();
    clean = [];
  });

  return async function start({
    name = "@cline/core",
    signedIn = true,
    memory,
    readOnly = false,
  }: ListSceneOptions = {}) {
    const remote = new ScriptedRemote({ capabilities: { tools: { listChanged: true }, prompts: {} } });
    await remote.listen();
    if (!signedIn) remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
    const authorizer = new ScriptedAuthorizer();
    if (signedIn) authorizer.token = "t";
    const clock = manualClock();
    const kept = memory ?? createMemory();
    const session = { provisional: true, tools: { ignore: [], readOnly } };
    const host = new BridgeHost({ url: remote.url, authorizer, clock, memory: kept, session });
    clean.push(
      () => remote.close(),
      () => host.close(),
    );
    await host.open({}, name);
    if (signedIn) await remote.streaming();
    return { remote, authorizer, clock, host, memory: kept };
  };
}

export const idOf = ({ json }: Exchange) => JSON.stringify((json as { id: unknown }).id);
export const cursorOf = ({ json }: Exchange) => (json as { params?: { cursor?: string } }).params?.cursor;

/** Tools on pages, by cursor; the first page has none. What lies in a tool is written as no program writes it. */
export function pages(
  remote: ScriptedRemote,
  all: readonly (readonly string[] | "refused" | "failed")[],
): void {
  const fault = (exchange: Exchange) => {
    const at = Number(cursorOf(exchange) ?? 0);
    if (all[at] === "failed") return { status: 500 };
    if (all[at] === "refused")
      return {
        body: { jsonrpc: "2.0", id: JSON.parse(idOf(exchange)), error: { code: -32602, message: "no" } },
      };
    const names = all[at] as readonly string[];
    const tools = names.map(
      (name) => `{ "name":"${name}","inputSchema":{},"n":1.0,"annotations":{"readOnlyHint":true}}`,
    );
    const next = at + 1 < all.length ? `,"nextCursor":"${at + 1}"` : "";
    const result = `{"_meta":{"big":12345678901234567890},"tools":[${tools.join(" , ")}]${next}}`;
    return { body: Buffer.from(`{"jsonrpc":"2.0","id":${idOf(exchange)},"result":${result}}`) };
  };
  remote.fail("tools/list", fault, Number.POSITIVE_INFINITY);
}

export const namesIn = (result: unknown) =>
  (result as { tools: { name: string }[] }).tools.map((tool) => tool.name);
export const cursorIn = (result: unknown) => (result as { nextCursor?: string }).nextCursor;
