import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { Output } from "../../../../src/cli/command-line/output.ts";
import { Secret } from "../../../../src/core/text/secret.ts";

test("[DIAG-1] no secret leaves in what a command says, as text or as JSON; files and scripts come through to the byte", async () => {
  const secret = new Secret("s3cret-of-a-remote-42").reveal();
  const taken = new PassThrough();
  let said = "";
  taken.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const output = new Output(taken);
  await output.text(`  remote   ${secret}`);
  await output.json({ deep: [{ said: `${secret}\u001b[2J` }], count: 1 });
  await output.raw(`key = "${secret}"\t`);
  await new Promise(setImmediate);
  assert.equal(
    said,
    `  remote   [secret]\n{"deep":[{"said":"[secret] [2J"}],"count":1}\nkey = "${secret}"\t\n`,
  );
});

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
