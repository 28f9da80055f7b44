import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenRequests } from "../../../../src/bridge/host/open-requests.ts";
import { PendingRequest } from "../../../../src/bridge/messages/pending-request.ts";
import { heldByQueue } from "../../../support/project/minor-heap.ts";

test("[LIM-2] no answered request holds the memory of those after it", () => {
  const open = new OpenRequests();
  const grown = heldByQueue(
    1_000,
    (kept) => {
      const pending = new PendingRequest({ raw: "1", key: "n:1" }, "tools/call", { onDone: () => void kept });
      open.add(pending);
      return pending;
    },
    (pending) => open.remove(pending),
  );
  assert.equal(open.count, 0);
  assert.ok(grown < 5, `${grown} MiB stay`);
});
