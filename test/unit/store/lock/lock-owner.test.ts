import assert from "node:assert/strict";
import test from "node:test";
import { parseOwner } from "../../../../src/store/lock/lock-owner.ts";

const owner = { nonce: "0123456789abcdef", purpose: "refresh", process: { pid: 1, hostName: "here" } };

test("[PROC-5] an owner record of a later release is read for what it has in common", () => {
  const later = { ...owner, added: true, process: { ...owner.process, added: true } };
  assert.equal(parseOwner(JSON.stringify(later))?.process.pid, 1);
});

test("[LIFE-2] members that are no text are left out, and nothing is made text of", () => {
  const odd = { toString: 1 };
  const text = JSON.stringify({
    ...owner,
    purpose: odd,
    process: { ...owner.process, bootId: odd, startedAt: 1 },
  });
  assert.deepEqual(parseOwner(text), { ...owner, purpose: "unknown" });
});

test("[PROC-3] what is no owner record is none; a nonce becomes part of a file name, so it is looked at", () => {
  const rubbish = [
    "",
    "{",
    "null",
    "[]",
    JSON.stringify({ ...owner, nonce: "../../../../etc/passwd" }),
    JSON.stringify({ ...owner, nonce: 1 }),
    JSON.stringify({ ...owner, process: { pid: "1", hostName: "here" } }),
    JSON.stringify({ ...owner, process: undefined }),
  ];
  for (const text of rubbish) assert.equal(parseOwner(text), undefined, text);
});
