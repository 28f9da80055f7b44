import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { refuseHost } from "../../../src/app/refuse-host.ts";
import { Failure } from "../../../src/core/failure/failure.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";

/** Time stands still until `ring` is called. */
function stoppedClock(): Clock & { ring(): void } {
  const waiting = new Set<() => void>();
  return {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: () => new Promise(() => {}),
    soon: (action) => void setImmediate(action),
    after: (_, action) => {
      waiting.add(action);
      return () => waiting.delete(action);
    },
    ring: () => {
      for (const action of waiting) action();
    },
  };
}

const failure = new Failure("USAGE_BAD_URL", "That is no URL.");

test("[LIFE-2] the host's first request is answered with the reason", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const done = refuseHost(failure, input, output, stoppedClock());
  input.write('{"jsonrpc":"2.0","id":"a",');
  input.write('"method":"initialize","params":{}}\n');
  await done;
  const answer = JSON.parse(String(output.read()));
  assert.equal(answer.id, "a");
  assert.equal(answer.error.code, -31001);
  assert.equal(answer.error.data.code, "USAGE_BAD_URL");
});

test("[LIFE-2] a host that says nothing, or no request, is not waited for", async () => {
  const clock = stoppedClock();
  const silent = refuseHost(failure, new PassThrough(), new PassThrough(), clock);
  clock.ring();
  await silent;
  for (const words of ["garbage\n", '{"jsonrpc":"2.0","method":"x"}\n']) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end(words);
    await refuseHost(failure, input, output, stoppedClock());
    assert.equal(output.read(), null);
  }
});
