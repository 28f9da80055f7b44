import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { RedirectRequest } from "../../../src/core/ports/browser.ts";
import { LOAD_MARGIN_MS } from "../../support/clocks/load-margin.ts";
import { ask, dial, listen } from "./redirect-scene.ts";

/** The server looks four times a second for requests that are over their time. */
const CHECKED_EVERY_MS = 250;

test("[AUTH-8] a client that does not send its headers is cut off after 1 s", async () => {
  const { port } = await listen(() => undefined);
  const slow = await dial(port);
  slow.write("GET / HTTP/1.1\r\nHost: local");
  const startedMs = performance.now();
  const [head] = (await slow.setEncoding("utf8").toArray()) as string[];
  assert.match(head ?? "", /^HTTP\/1\.1 408 /);
  assert.ok(performance.now() - startedMs < 1_000 + CHECKED_EVERY_MS + LOAD_MARGIN_MS);
});

const closing = (socket: Socket) => new Promise<void>((done) => socket.resume().once("close", () => done()));

test("[AUTH-8] of more than 16 connections the oldest that asks nothing is dropped", async () => {
  const { port } = await listen(() => undefined, { redirectHost: "127.0.0.1" });
  const dialled: Socket[] = [];
  for (let count = 0; count < 16; count++) dialled.push(await dial(port));
  const [oldest] = dialled;
  assert.ok(oldest !== undefined);
  const cut = closing(oldest);
  await dial(port);
  await cut;
  assert.equal(dialled.filter(({ closed }) => closed).length, 1);
});

test("[AUTH-8] connections that are left open do not keep the browser out, whatever they sent", async () => {
  const { port } = await listen(({ respond }) => respond(200, "signed in"), { redirectHost: "127.0.0.1" });
  for (const sent of [
    "",
    "GET / HTTP/1.1\r\nHost: local",
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  ]) {
    for (let count = 0; count < 40; count++) (await dial(port)).write(sent);
    assert.equal((await ask({ port, host: "127.0.0.1" })).body, "signed in", sent);
  }
});

test("[AUTH-8] who waits for an answer is not dropped for others that ask as well", async () => {
  const waiting: RedirectRequest[] = [];
  let all: (() => void) | undefined;
  const arrived = new Promise<void>((resolve) => {
    all = resolve;
  });
  const { port } = await listen(
    (request) => {
      if (waiting.push(request) === 16) all?.();
    },
    { redirectHost: "127.0.0.1" },
  );
  const asked = Array.from({ length: 16 }, () => ask({ port, host: "127.0.0.1" }));
  await arrived;
  await closing(await dial(port));
  for (const { respond } of waiting) respond(200, "answered");
  for (const { body } of await Promise.all(asked)) assert.equal(body, "answered");
});
