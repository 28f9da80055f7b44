import assert from "node:assert/strict";
import { test } from "node:test";
import { ListCache } from "../../../../src/bridge/session/list-cache.ts";
import { type RequestMessage, type ResponseMessage, readMessage } from "../../../../src/core/mcp/message.ts";
import type { CachedRemote, RemoteCache } from "../../../../src/core/ports/remote-cache.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

/** As the store: what it gives and takes is of who is signed in now. */
function accounts() {
  const kept = new Map<string | undefined, CachedRemote>();
  const state: { now: string | undefined } = { now: undefined };
  const of = (account: string | undefined): CachedRemote =>
    kept.get(account) ?? { lists: {}, ...(account !== undefined && { account }) };
  const cache: RemoteCache = {
    hints: async () => of(state.now),
    read: async () => of(state.now),
    async update(change) {
      const next = change(of(state.now));
      if (next !== undefined) kept.set(state.now, next);
    },
  };
  const tools = (account: string | undefined) => of(account).lists["tools/list"]?.tools;
  return { cache, state, tools };
}

function read<K>(message: object): K {
  return readMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }))) as K;
}

const asked = (method: string) => read<RequestMessage>({ method });
const handshake = read<ResponseMessage>({ result: { capabilities: {} } });
const list = (name: string) => read<ResponseMessage>({ result: { tools: [{ name }] } });

function listed(listCache: ListCache, name: string): Promise<void> {
  listCache.onList(asked("tools/list"), list(name));
  return listCache.flush();
}

test("[VAULT-1] what a session brings belongs to the account that it began with", async () => {
  const { cache, state, tools } = accounts();
  const listCache = new ListCache(cache, manualClock());
  state.now = "ann";
  listCache.onInitialize(handshake);
  await listed(listCache, "anns");
  assert.deepEqual(tools("ann"), [{ name: "anns" }]);

  state.now = "bob";
  await listed(listCache, "late");
  state.now = undefined;
  await listed(listCache, "later");
  assert.deepEqual([tools("bob"), tools(undefined)], [undefined, undefined]);

  state.now = "bob";
  listCache.onInitialize(handshake);
  await listCache.flush();
  assert.equal(listCache.list("tools/list"), undefined, "his session does not show her lists");
  await listed(listCache, "bobs");
  assert.deepEqual([tools("ann"), tools("bob")], [[{ name: "anns" }], [{ name: "bobs" }]]);
});

test("[VAULT-1] a session that began with nobody belongs to the first who signs in in it", async () => {
  const { cache, state, tools } = accounts();
  const listCache = new ListCache(cache, manualClock());
  listCache.onInitialize(handshake);
  listCache.onList(asked("prompts/list"), read({ result: { prompts: [] } }));
  await listCache.flush();
  state.now = "ann";
  await listed(listCache, "anns");
  assert.deepEqual(tools("ann"), [{ name: "anns" }]);
  assert.equal(listCache.list("prompts/list"), undefined, "what nobody was told is not hers");
});

test("[LIFE-1] a keychain that hangs holds nobody up for longer than 1.5 s, and its lists come when it answers", async () => {
  let answer = (_: CachedRemote): void => undefined;
  const waiting = new Promise<CachedRemote>((resolve) => {
    answer = resolve;
  });
  const { cache } = accounts();
  const clock = manualClock();
  const hints = async () => ({ transport: "sse" }) as const;
  const listCache = new ListCache({ ...cache, hints, read: () => waiting }, clock);
  await listCache.loadHints();
  assert.equal(listCache.transport, "sse", "which needs no key");
  const loading = Promise.all([listCache.load(), listCache.load()]);
  await clock.advance(1_500);
  await loading;
  assert.equal(listCache.list("tools/list"), undefined);
  answer({ lists: { "tools/list": { tools: [] } } });
  await waiting;
  await listCache.flush();
  assert.deepEqual(listCache.list("tools/list"), { tools: [] });
});

test("[LIFE-10] a list whose pages are larger than what is read is not kept, and neither are its long names", async () => {
  const { cache, tools } = accounts();
  const listCache = new ListCache(cache, manualClock());
  listCache.onInitialize(handshake);
  const page = (nextCursor?: string) =>
    read<ResponseMessage>({
      result: { tools: [{ name: "t".repeat(300), x: "x".repeat(3_000_000) }], nextCursor },
    });
  for (const at of [0, 1, 2, 3]) {
    const params = at === 0 ? {} : { cursor: `${at}` };
    listCache.onList(
      read<RequestMessage>({ method: "tools/list", params }),
      page(at < 3 ? `${at + 1}` : undefined),
    );
  }
  await listCache.flush();
  assert.equal(tools(undefined), undefined);
  assert.deepEqual(listCache.toolNames(), []);
});
