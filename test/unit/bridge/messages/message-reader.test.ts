import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageReader } from "../../../../src/bridge/messages/message-reader.ts";

const LARGE = `{"jsonrpc":"2.0","id":"large","result":{"x":"${"x".repeat(3 << 20)}"}}`;

function reading(onMessage?: (id: string) => void) {
  const seen: string[] = [];
  const bugs: unknown[] = [];
  let turns = 0;
  const reader = new MessageReader({
    clock: {
      sleep: async () => {
        turns += 1;
      },
    },
    onMessage(found) {
      const id = found.kind === "response" ? found.id.key.slice(1) : found.kind;
      seen.push(id);
      onMessage?.(id);
    },
    onBug: (error) => bugs.push(error),
  });
  const push = (id: string): void =>
    reader.push(Buffer.from(id === "large" ? LARGE : `{"jsonrpc":"2.0","id":"${id}","result":{}}`));
  return { reader, push, seen, bugs, turns: () => turns };
}

test("[LIFE-10] what comes behind a large message waits for it, and other work has its turn meanwhile", async () => {
  const { reader, push, seen, turns } = reading();
  push("a");
  assert.equal(reader.reading, undefined);
  assert.deepEqual(seen, ["a"]);
  for (const id of ["large", "b", "large", "c"]) push(id);
  assert.deepEqual(seen, ["a"]);
  await reader.reading;
  assert.deepEqual(seen, ["a", "large", "b", "large", "c"]);
  assert.ok(turns() >= 10, `${turns()} turns`);
  push("d");
  assert.deepEqual(seen.at(-1), "d");
});

test("[LIFE-6] a bug that a message sets off is told, and the next message is read", async () => {
  const { reader, push, seen, bugs } = reading((id) => {
    if (id !== "fine") throw new Error(id);
  });
  for (const id of ["a", "large", "b", "fine"]) push(id);
  await reader.reading;
  push("fine");
  assert.deepEqual(seen, ["a", "large", "b", "fine", "fine"]);
  assert.deepEqual(bugs.map(String), ["Error: a", "Error: large", "Error: b"]);
});
