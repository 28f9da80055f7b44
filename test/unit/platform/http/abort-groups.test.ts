import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { joinAbortGroup, leaveAbortGroup } from "../../../../src/platform/http/abort-groups.ts";
import { heldByQueue } from "../../../support/project/minor-heap.ts";

test("[LIFE-2] all members are aborted with the signal's reason, but not who left, and only once", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const said: string[] = [];
  const members = ["a", "b", "c", "d"].map((name) => ({
    abort(reason: unknown) {
      said.push(`${name} ${reason}`);
      leaveAbortGroup(signal, this);
    },
  }));
  const [first, second, , last] = members;
  assert.ok(first && second && last);
  for (const member of members) joinAbortGroup(signal, member);
  leaveAbortGroup(signal, first);
  leaveAbortGroup(signal, first);
  leaveAbortGroup(signal, last);
  controller.abort("end");
  assert.deepEqual(said.sort(), ["b end", "c end"]);
});

test("[NET-8] a signal that nobody needs any more has no listener", () => {
  const { signal } = new AbortController();
  const members = [{ abort() {} }, { abort() {} }];
  const listeners = (): number => getEventListeners(signal, "abort").length;
  for (const member of members) joinAbortGroup(signal, member);
  assert.equal(listeners(), 1);
  for (const member of members) leaveAbortGroup(signal, member);
  assert.equal(listeners(), 0);
});

test("[LIM-2] no request holds the memory of those after it", () => {
  const { signal } = new AbortController();
  const grown = heldByQueue(
    1_000,
    (kept) => {
      const member = { abort: () => kept };
      joinAbortGroup(signal, member);
      return member;
    },
    (member) => leaveAbortGroup(signal, member),
  );
  assert.ok(grown < 5, `${grown} MiB stay`);
});
