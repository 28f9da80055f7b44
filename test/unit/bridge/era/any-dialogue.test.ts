// Any conversation of a modern host with a legacy remote: nothing of one era reaches a peer of the other, and every request of
// the host has one answer. The rules are in test/support/eras.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DialogueConversation } from "../../../support/eras/dialogue-conversation.ts";
import { forAny } from "../../../support/eras/odd-json.ts";

test("[ERA-5][ERA-7][LIFE-1] any host of 2026-07-28 with any remote of 2025, in 500 conversations", (t) => {
  let asked = 0;
  forAny(t, (random) => {
    const conversation = new DialogueConversation(random);
    for (let steps = 10 + random.below(40); steps > 0; steps -= 1) conversation.step();
    conversation.end();
    const { breaches: found, state } = conversation.judge;
    const where = `seed ${random.seed}`;
    assert.deepEqual(found, [], where);
    assert.deepEqual([...state.open], [], `${where}: no answer`);
    assert.deepEqual([...state.listens.keys()], [], `${where}: no end of a listen`);
    asked += conversation.remote.ids.size;
  });
  assert.ok(asked > 1_000, `only ${asked} requests reached the remote`);
});
