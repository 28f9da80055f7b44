// A host that waits, and a remote with some trouble, on a clock of our own.
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { afterEach } from "node:test";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { type ManualClock, manualClock } from "../clocks/manual-clock.ts";
import { onlyWith, ScriptedAuthorizer } from "../issuers/scripted-authorizer.ts";
import { ScriptedRemote } from "../remotes/scripted-remote.ts";
import type { Answer } from "../remotes/scripted-server.ts";
import { BridgeHost, createMemory } from "./bridge-host.ts";

const turn = () => new Promise((done) => setImmediate(done));

export type Trouble = "sign-in" | "no address" | "down" | "refused" | "slow";

/** Opens such scenes, and closes each after its test. */
export function waitScenes() {
  let clean: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const action of clean.reverse()) await action();
    clean = [];
  });

  return async function start(trouble: Trouble, memory = createMemory(), settings = {}, http?: HttpClient) {
    const remote = new ScriptedRemote();
    await remote.listen();
    // Most connections to a remote that is down are refused; some are taken, and cut.
    const busy = trouble === "refused" ? await refusingPort() : undefined;
    if (trouble === "down") remote.fail("*", () => ({ reset: true }), Number.POSITIVE_INFINITY);
    else if (trouble === "slow") remote.fail("initialize", () => ({ hang: true }));
    else remote.fail("*", onlyWith("t"), Number.POSITIVE_INFINITY);
    const authorizer = new ScriptedAuthorizer();
    authorizer.withoutAddress = trouble === "no address";
    const clock = manualClock();
    const session = { provisional: true, ...settings };
    const url = busy ?? remote.url;
    const host = new BridgeHost({ url, authorizer, clock, memory, session, ...(http && { http }) });
    clean.push(
      () => remote.close(),
      () => host.close(),
    );
    /** When the answer of `what` is there, in ms from the start of the process. */
    const answeredAt = async (id: string): Promise<number> => {
      const there = () => host.lines.some(({ json }) => json.id === id && json.method === undefined);
      while (!there()) {
        for (let turns = 0; turns < 20; turns += 1) await turn();
        if (there()) break;
        assert.ok(clock.monotonicMs() < 60_000, `no answer to ${id} within a minute`);
        await clock.advance(50);
      }
      return clock.monotonicMs();
    };
    const begin = (name: string, id = "i"): void => {
      const clientInfo = { name, version: "1" };
      const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
      host.send({ id, method: "initialize", params });
    };
    /** Until the remote has seen the handshake. */
    const arrived = async (): Promise<void> => {
      if (trouble === "refused") return;
      await remote.server.arrival("post");
      if (trouble === "sign-in" || trouble === "no address") while (authorizer.signIns === 0) await turn();
    };
    return { remote, authorizer, clock, host, begin, arrived, answeredAt, memory };
  };
}

/** The usual answer, so much later. */
export function answerAfter(clock: ManualClock, ms: number) {
  return async (_exchange: unknown, normally: () => Promise<Answer>): Promise<Answer> => {
    await clock.sleep(ms);
    return normally();
  };
}

/** The address of a port that nobody listens on. */
async function refusingPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}/mcp`;
}

/** A memory of what `remote` lists. */
export async function remembered(start: ReturnType<typeof waitScenes>) {
  const memory = createMemory();
  const { host, authorizer, begin, answeredAt } = await start("sign-in", memory);
  authorizer.token = "t";
  begin("test-host");
  await answeredAt("i");
  host.send({ method: "notifications/initialized" });
  await host.request("tools/list");
  await host.close();
  return memory;
}
