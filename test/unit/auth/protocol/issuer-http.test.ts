import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { EndpointPolicy } from "../../../../src/auth/protocol/endpoint-policy.ts";
import {
  IssuerHttp,
  type IssuerRequest,
  type IssuerRequestKind,
} from "../../../../src/auth/protocol/issuer-http.ts";
import { Failure, isFailure } from "../../../../src/core/failure/failure.ts";
import type { HttpRequest, HttpResponse } from "../../../../src/core/ports/http.ts";
import { parseRemoteUrl } from "../../../../src/core/remote-url.ts";
import { manualClock } from "../../../support/clocks/manual-clock.ts";
import { DEFAULT_SETTINGS } from "../../../support/issuers/auth-rig.ts";

const URL_ = new URL("https://issuer.example/as/token?secret=1");

function response(status: number, body = "{}", headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers,
    headerValues: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    body: Readable.from([Buffer.from(body)]),
  };
}

function made(send: (request: HttpRequest) => Promise<HttpResponse>, clock = manualClock()) {
  const sent: HttpRequest[] = [];
  const http = {
    send(request: HttpRequest) {
      sent.push(request);
      return send(request);
    },
    dropConnections() {},
    close() {},
  };
  const events: unknown[] = [];
  const diagnostics = { enabled: true, event: (...event: unknown[]) => void events.push(event), notice() {} };
  const policy = new EndpointPolicy(parseRemoteUrl("https://remote.example/mcp", false), DEFAULT_SETTINGS);
  const issuerHttp = new IssuerHttp({ http, clock, diagnostics, checkpoint: () => {}, policy });
  const ask = (kind: IssuerRequestKind, more: Partial<IssuerRequest> = {}) =>
    issuerHttp.send({
      step: "Doing it",
      kind,
      method: "POST",
      url: URL_,
      signal: new AbortController().signal,
      ...more,
    });
  return { ask, sent, events, clock };
}

/** Never answers; ends with the reason of the signal. */
const silent = ({ signal }: HttpRequest): Promise<HttpResponse> =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));

test("[LIM-1] [DISC-11] metadata and registration have 10 s, a token 60 s; the failure names step, address and limit", async () => {
  for (const [kind, limitMs] of [
    ["metadata", 10_000],
    ["registration", 10_000],
    ["token", 60_000],
  ] as const) {
    const { ask, clock } = made(silent);
    let ended = false;
    const asking = ask(kind).then(
      () => assert.fail("It did not fail."),
      (error: unknown) => {
        ended = true;
        assert.ok(isFailure(error, "NETWORK_TIMEOUT"));
        assert.match(
          error.message,
          /^Doing it failed: POST https:\/\/issuer\.example\/as\/token\?…: no answer within \d+ s\.$/,
        );
      },
    );
    await clock.advance(limitMs - 1);
    assert.equal(ended, false);
    await clock.advance(1);
    await asking;
  }
});

test("[LIM-1] a limit that passed while the process was suspended looks for data once more before it gives up", async () => {
  const clock = manualClock();
  let skippedMs = 0;
  let timers: (() => void)[] = [];
  const suspended = {
    ...clock,
    monotonicMs: () => clock.monotonicMs() + skippedMs,
    after: (_ms: number, fire: () => void) => {
      timers.push(fire);
      return () => {
        timers = timers.filter((each) => each !== fire);
      };
    },
  };
  let answer = (_: HttpResponse): void => {};
  const { ask } = made(() => new Promise((done) => (answer = done)), suspended);
  const asking = ask("token");
  skippedMs = 120_000; // Asleep for two minutes; the timer runs first.
  timers.splice(0)[0]?.();
  answer(response(200, '{"a":1}'));
  assert.deepEqual((await asking).json, { a: 1 });

  const { ask: again } = made(silent, suspended);
  const lost = again("token").then(
    () => assert.fail("It did not fail."),
    (error: unknown) => assert.ok(isFailure(error, "NETWORK_TIMEOUT")),
  );
  skippedMs += 120_000;
  timers.splice(0)[0]?.();
  timers.splice(0)[0]?.();
  await lost;
});

test("[LIM-1] an answer has 1 MiB", async () => {
  const most = made(async () => response(200, `"${"x".repeat(1024 * 1024 - 2)}"`));
  assert.equal((await most.ask("metadata")).text.length, 1024 * 1024);
  const more = made(async () => response(200, "x".repeat(1024 * 1024 + 1)));
  await assert.rejects(more.ask("metadata"), (error) => isFailure(error, "NETWORK_TOO_LARGE"));
});

test("[REG-5] [TOK-2] redirects: metadata at its origin, registration with 307 and 308 there, a token nowhere", async () => {
  const table: [IssuerRequestKind, number, string, boolean][] = [
    ["metadata", 302, "/moved", true],
    ["metadata", 301, "https://issuer.example/moved", true],
    ["metadata", 302, "https://other.example/moved", false],
    ["metadata", 302, "http://issuer.example/moved", false],
    ["metadata", 302, "https://a:b@issuer.example/moved", false],
    ["registration", 307, "/moved", true],
    ["registration", 308, "/moved", true],
    ["registration", 302, "/moved", false],
    ["registration", 307, "https://issuer.example:8443/moved", false],
    ["token", 307, "/moved", false],
    ["token", 308, "/moved", false],
  ];
  for (const [kind, status, location, followed] of table) {
    const answers = [response(status, "", { location }), response(200)];
    const { ask, sent } = made(async () => answers.shift() ?? assert.fail("too many requests"));
    const answer = await ask(kind, { body: "form", method: "POST" });
    assert.equal(answer.status, followed ? 200 : status, `${kind} ${status} ${location}`);
    assert.equal(sent.length, followed ? 2 : 1);
    if (followed) assert.equal(String(sent[1]?.body), "form");
  }
  const endless = made(async () => response(302, "", { location: "/again" }));
  assert.equal((await endless.ask("metadata")).status, 302);
  assert.equal(endless.sent.length, 4);
});

test("[LIM-1] addresses are public ones, and every exchange is told with address and status, without the query", async () => {
  const { ask, sent, events } = made(async () => response(404));
  await ask("metadata");
  assert.equal(sent[0]?.addresses, "public");
  assert.match(JSON.stringify(events), /signin\.http.*404/);
  assert.doesNotMatch(JSON.stringify(events), /secret=1/);
});

test("[DISC-11] a failure of the network keeps its code and hint, and says whether it was sent", async () => {
  const { ask } = made(async () => {
    throw new Failure("NETWORK_DNS", "issuer.example has no address.", { received: "no" });
  });
  await assert.rejects(ask("token"), (error) => {
    assert.ok(isFailure(error, "NETWORK_DNS"));
    assert.equal(error.received, "no");
    assert.equal(
      error.message,
      "Doing it failed: POST https://issuer.example/as/token?…: issuer.example has no address.",
    );
    return true;
  });
  const leaving = new AbortController();
  const { ask: aborted } = made(silent);
  const asking = aborted("token", { signal: leaving.signal });
  leaving.abort(new Failure("INTERRUPTED", "The program ends."));
  await assert.rejects(asking, (error) => isFailure(error, "INTERRUPTED"));
});

test("[DIAG-1] what an issuer quotes of secrets that were sent is hidden, however they were sent", async () => {
  const quoting = (description: string) =>
    made(async () =>
      response(400, JSON.stringify({ error: "invalid_client", error_description: description })),
    );
  const said = async (description: string, more: Partial<IssuerRequest>): Promise<unknown> =>
    (await quoting(description).ask("token", more)).words;
  const hidden = { error: "invalid_client", description: "What is [secret]?" };
  const pair = Buffer.from("client:s%2Fcret+canary").toString("base64");
  for (const [description, more] of [
    ["What is s/cret canary?", { headers: { authorization: `Basic ${pair}` } }],
    [`What is ${pair}?`, { headers: { authorization: `Basic ${pair}` } }],
    ["What is initial-canary?", { headers: { authorization: "Bearer initial-canary" } }],
    ["What is code-canary?", { body: "grant_type=authorization_code&code=code-canary" }],
    ["What is a/canary?", { body: "client_secret=a%2Fcanary" }],
  ] as const)
    assert.deepEqual(await said(description, more), hidden);
});
