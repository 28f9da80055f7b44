import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { Output } from "../../../../src/cli/command-line/output.ts";

test("[LIFE-8] what a command says is whole lines, and the call returns when they were taken", async () => {
  const taken: string[] = [];
  let take = (): void => undefined;
  const slow = new Writable({
    write(chunk: Buffer, _encoding, done) {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  const output = new Output(slow);
  let isSaid = false;
  const said = output.text("a line").then(() => {
    isSaid = true;
  });
  await new Promise(setImmediate);
  assert.equal(isSaid, false, "nobody has taken it yet");
  take();
  await said;
  const json = output.json({ a: "line\n" });
  take();
  await json;
  assert.deepEqual(taken, ["a line\n", '{"a":"line\\n"}\n']);
});
