// A host that does not read (LIFE-4).
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { BridgeHost } from "../../support/hosts/bridge-host.ts";
import { ScriptedRemote } from "../../support/remotes/scripted-remote.ts";

const MIB = 1 << 20;

const turn = () => new Promise<void>((done) => setImmediate(done));

/** Takes nothing until told. */
class StuckOutput extends Writable {
  taken = 0;
  #waiting: (() => void) | undefined;
  #open = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken += chunk.length;
    if (this.#open) done();
    else this.#waiting = done;
  }

  flow(): void {
    this.#open = true;
    this.#waiting?.();
  }
}

test("[LIFE-4] 200 MiB from the remote wait in the remote while the host is stuck, and all come through after", {
  timeout: 60_000,
}, async () => {
  const remote = new ScriptedRemote();
  await remote.listen();
  const output = new StuckOutput({ highWaterMark: 16_384 });
  const host = new BridgeHost({ url: remote.url, output });
  try {
    host.send({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
    host.send({ method: "notifications/initialized" });
    await remote.streaming();
    const line = Buffer.from(
      `data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { x: "x".repeat(MIB) } })}\n\n`,
    );
    const [stream] = remote.streams;
    assert.ok(stream);
    let sent = 0;
    /** Writes until the bridge takes no more, or all is written. */
    const flood = async (): Promise<void> => {
      let stuckTurns = 0;
      while (sent < 200 && stuckTurns < 2_000) {
        if (stream.writableNeedDrain) stuckTurns += 1;
        else {
          stuckTurns = 0;
          sent += 1;
          stream.write(line);
        }
        await turn();
      }
    };
    await flood();
    assert.ok(sent < 40, `${sent} MiB were taken from the remote`);
    assert.ok(output.writableLength < 16 * MIB, `${output.writableLength} bytes wait for the host`);
    output.flow();
    while (sent < 200) await flood();
    while (output.taken < 200 * MIB) await turn();
  } finally {
    await host.close();
    await remote.close();
  }
});
