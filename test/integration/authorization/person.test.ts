// The part of a sign-in that a person takes part in: browser, redirect, pages, denial, nobody, another place.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { Failure } from "../../../src/core/failure/failure.ts";
import { idleBrowser, refuseToOpen, scriptedBrowser } from "../../support/browsers/browser.ts";
import { consent } from "../../support/browsers/person.ts";
import { manualClock } from "../../support/clocks/manual-clock.ts";
import { failing, startScene } from "../../support/issuers/auth-scene.ts";

const CALL = { method: "tools/call", name: "echo" };

/** Resolves once the address of a sign-in is known. */
async function addressOf({ notices }: { notices: readonly string[] }): Promise<URL> {
  for (;;) {
    const found = notices.map((text) => /Sign in at: (\S+)/.exec(text)?.[1]).find(Boolean);
    if (found) return new URL(found);
    await new Promise((done) => setImmediate(done));
  }
}

/** Resolves when nothing listens at the port of `url` any more. */
async function isFree(url: URL): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(Number(url.port), "127.0.0.1", () => {
      socket.destroy();
      done(false);
    });
    socket.once("error", () => done(true));
  });
}

test("[AUTH-5] [AUTH-8] listener and saved request are there before the browser opens", async (t) => {
  const { rig } = await startScene(t);
  const seen: unknown[] = [];
  const made = rig({
    browser: {
      async open(url) {
        const redirect = new URL(url.searchParams.get("redirect_uri") ?? "");
        const pending = made.shared.record?.pending;
        seen.push(
          await isFree(redirect),
          pending?.state.reveal() === url.searchParams.get("state"),
          pending?.issuer,
        );
        void consent(url);
      },
    },
  });
  assert.equal(await made.call(), 200);
  assert.deepEqual(seen, [false, true, made.shared.record?.grant?.issuer]);
});

test("[AUTH-6] foreign redirects change nothing; a used one is told so; other paths are not there", async (t) => {
  const { issuer, rig } = await startScene(t);
  const made = rig({ browser: idleBrowser() });
  const calling = made.call();
  const address = await addressOf(made);
  const redirect = address.searchParams.get("redirect_uri") ?? "";
  for (const query of ["?code=evil", "?state=evil&code=evil", "?state=evil&error=access_denied", ""]) {
    const response = await fetch(redirect + query);
    assert.equal(response.status, 400);
    assert.doesNotMatch(await response.text(), /evil/);
  }
  assert.equal((await fetch(new URL("/favicon.ico", redirect))).status, 404);
  const back = (await consent(address)).at(-1);
  assert.equal(back?.status, 200);
  assert.equal(await calling, 200);
  assert.equal(issuer.server.to("token").length, 1);
  assert.ok(await isFree(new URL(redirect)));
});

test("[AUTH-10] the page of success comes after the exchange; a failed exchange shows a page of failure", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.server.script("token", {
    status: 400,
    body: { error: "invalid_grant", error_description: "<i>no" },
  });
  const browser = scriptedBrowser();
  const failure = await failing(
    "AUTH_EXCHANGE_FAILED",
    rig({ browser }).call(),
    issuer.endpoint("token"),
    "answered 400",
    "invalid_grant",
  );
  const page = (await browser.pages()).at(-1);
  assert.equal(page?.status, 400);
  assert.match(page?.html ?? "", /Not signed in/);
  assert.match(page?.html ?? "", /&lt;i&gt;no/);
  assert.doesNotMatch(`${failure.message}${page?.html}`, /code-[\w-]{10}/);
});

test("[AUTH-10] --auth-success-url is where the browser goes after a finished sign-in", async (t) => {
  const { remote, rig } = await startScene(t);
  const browser = scriptedBrowser();
  const successUrl = new URL("/welcome", remote.url);
  assert.equal(await rig({ browser, settings: { successUrl } }).call(), 200);
  assert.equal((await browser.pages()).at(-1)?.url.href, successUrl.href);
});

test("[AUTH-11] a denial ends it: port free, page, no tab for what hosts do by themselves, a new one for a tool", async (t) => {
  const { issuer, rig } = await startScene(t);
  issuer.consent = { decision: "deny", errorDescription: "Not today" };
  const browser = scriptedBrowser();
  const made = rig({ browser });
  await failing("AUTH_DENIED", made.call(), issuer.url, "Not today");
  const page = (await browser.pages()).at(-1);
  assert.equal(page?.status, 400);
  assert.match(page?.html ?? "", /Not today/);
  assert.ok(await isFree(new URL(browser.opened[0]?.searchParams.get("redirect_uri") ?? "")));
  assert.equal(made.authorizer.inProgress(), undefined);
  issuer.consent = { decision: "approve" };
  await failing("AUTH_SIGN_IN_REQUIRED", made.call());
  await failing("AUTH_SIGN_IN_REQUIRED", rig({ shared: made.shared, browser: refuseToOpen() }).call());
  assert.equal(browser.opened.length, 1);
  assert.equal(await made.call({ ...CALL, most: 1 }), 404); // No session yet, but let in.
  assert.equal(browser.opened.length, 2);
});

test("[AUTH-11] nobody comes: it ends in time, the port is free, and a minute later it may start again", async (t) => {
  const { rig } = await startScene(t);
  const clock = manualClock(Date.now());
  const browser = idleBrowser();
  const made = rig({ browser, clock, settings: { signInTimeoutMs: 120_000 } });
  const calling = failing("AUTH_TIMED_OUT", made.call());
  const redirect = new URL((await addressOf(made)).searchParams.get("redirect_uri") ?? "");
  assert.equal(made.authorizer.inProgress()?.deadlineMs, clock.nowMs() + 120_000);
  await clock.advance(119_000);
  assert.ok(!(await isFree(redirect)));
  await clock.advance(1_001);
  await calling;
  assert.ok(await isFree(redirect));
  const again = failing("AUTH_TIMED_OUT", made.call());
  while (browser.opened.length < 2) await new Promise((done) => setImmediate(done));
  await clock.advance(120_001);
  await again;
});

test("[AUTH-11] a background request opens no browser, and tells the address where one is waited for", async (t) => {
  const { rig } = await startScene(t);
  const made = rig({ browser: idleBrowser() });
  await failing("AUTH_SIGN_IN_REQUIRED", made.call({ cause: "background" }));
  assert.deepEqual(made.steps, []);
  const calling = made.call();
  const address = await addressOf(made);
  const other = rig({ shared: made.shared, browser: refuseToOpen() });
  const failure = await failing("AUTH_SIGN_IN_REQUIRED", other.call({ cause: "background" }));
  assert.equal(failure.url, address.href);
  await consent(address);
  assert.equal(await calling, 200);
});

test("[AUTH-11] closing ends a sign-in at once, frees the port, and leaves it to whoever comes next", async (t) => {
  const { issuer, rig } = await startScene(t);
  const browser = idleBrowser();
  const made = rig({ browser });
  const calling = made.call().catch((error: unknown) => error);
  const address = await addressOf(made);
  const redirect = new URL(address.searchParams.get("redirect_uri") ?? "");
  while (browser.opened.length === 0) await new Promise((done) => setImmediate(done));
  const started = performance.now();
  await made.authorizer.close();
  assert.ok(performance.now() - started < 500);
  assert.ok((await calling) instanceof Failure);
  assert.ok(await isFree(redirect));
  // The host starts the program again at once: the tab that is open still leads somewhere, and no second one opens.
  const next = rig({ shared: made.shared, browser: refuseToOpen() });
  const again = next.call();
  assert.equal((await addressOf(next)).href, address.href);
  assert.equal((await consent(address)).at(-1)?.status, 200);
  assert.equal(await again, 200);
  issuer.assertClean();
});

test("[AUTH-12] --no-browser opens none and shows the address; a browser that fails changes nothing", async (t) => {
  const { rig } = await startScene(t);
  const quiet = rig({ browser: refuseToOpen(), settings: { openBrowser: false } });
  const calling = quiet.call();
  await consent(await addressOf(quiet));
  assert.equal(await calling, 200);

  const broken = rig({
    browser: {
      async open() {
        throw new Failure("AUTH_BROWSER_FAILED", "There is no browser.");
      },
    },
  });
  const other = broken.call();
  await consent(await addressOf(broken));
  assert.equal(await other, 200);
});

test("[AUTH-12] a pasted redirect address finishes the sign-in; other lines do not", async (t) => {
  const { issuer, rig } = await startScene(t);
  const made = rig({ browser: refuseToOpen(), settings: { openBrowser: false } });
  async function* pasted() {
    const address = await addressOf(made);
    yield "what?";
    yield "http://localhost/oauth/callback?state=wrong&code=x";
    const response = await fetch(address, { redirect: "manual" });
    yield ` ${response.headers.get("location")}\n`;
  }
  const urls: string[] = [];
  const signIn = made.signIn(
    { pasted: pasted(), onUrl: (url) => urls.push(url) },
    new AbortController().signal,
  );
  assert.equal(await signIn, "signed in");
  assert.equal(urls.length, 1);
  assert.equal(made.notices.filter((text) => text.startsWith("That is not")).length, 2);
  const silent = rig({ shared: made.shared, browser: refuseToOpen() });
  assert.equal(await silent.call(), 200);
  assert.equal(await silent.signIn(), "already");
  issuer.assertClean();
});

test("[AUTH-12] signing in where nobody asks for it does nothing", async (t) => {
  const { remote, rig } = await startScene(t);
  remote.server.script("mcp", ({ json }) => ({
    headers: { "mcp-session-id": "s" },
    body: { jsonrpc: "2.0", id: (json as { id?: string })?.id, result: { protocolVersion: "2025-11-25" } },
  }));
  assert.equal(await rig({ browser: refuseToOpen() }).signIn(), "not needed");
  assert.equal(remote.server.to("mcp").at(-1)?.method, "DELETE");
});

test("[AUTH-12] [DISC-2] a challenge on the stream of a session that everybody may begin counts", async (t) => {
  const { issuer, remote, rig } = await startScene(t);
  remote.server.script("mcp", async ({ method, json }, normally) =>
    method === "POST"
      ? {
          body: {
            jsonrpc: "2.0",
            id: (json as { id?: string }).id,
            result: { protocolVersion: "2025-11-25" },
          },
        }
      : normally(),
  );
  assert.equal(await rig().signIn(), "signed in");
  issuer.assertClean();
});
