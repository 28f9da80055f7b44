import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthContext } from "../../../../src/auth/auth-context.ts";
import { TokenSource } from "../../../../src/auth/token/token-source.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";

test("[TOK-1] requests of a public remote look for a sign-in once a second, and one that is refused at once", async () => {
  const clock = manualClock(0);
  let [looks, reads] = [0, 0];
  let stamp: string | undefined;
  const vault = {
    stamp: () => {
      looks += 1;
      return stamp;
    },
    read: async () => {
      reads += 1;
      return undefined;
    },
  };
  const url = new URL("https://mcp.example/mcp");
  const context = { clock, vault, remote: { url } } as unknown as AuthContext;
  const source = new TokenSource(context, () => assert.fail("nothing is to be renewed"));
  const request = { method: "POST", url };
  const signal = new AbortController().signal;
  assert.equal(source.known(request), undefined);
  await source.credentials(request, signal);
  looks = 0;
  for (let count = 0; count < 100; count++)
    assert.deepEqual(source.known(request), { credentials: undefined });
  assert.equal(looks, 0);
  stamp = "signed in by another process";
  await source.current(signal);
  assert.equal(reads, 1);
  await clock.advance(1_000);
  stamp = "signed in again";
  assert.equal(source.known(request), undefined);
});
