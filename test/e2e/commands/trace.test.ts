// `trace` of a real sign-in, looked at in Chromium, and of a long log.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { browserProgram } from "../../support/browsers/browser.ts";
import { findChromium, startChromium } from "../../support/browsers/chromium.ts";
import { runCommand, startCommand } from "../../support/commands/run-command.ts";
import { assertSchema } from "../../support/commands/schemas.ts";
import { startHost } from "../../support/hosts/stdio-host.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { needed } from "../../support/project/parts.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

const HEADER_VALUE = "canary-header-value-77281";
const HOSTILE = '</script><script>document.title="taken"</script><img src=x onerror="document.title=1">';

describe("trace", { timeout: 90_000 }, () => {
  const folder = temporaryFolder();
  const logs = path.join(folder.path, "logs");
  let log = "";
  let secrets: readonly string[] = [];

  before(async () => {
    const issuer = await startStrictIssuer();
    after(() => issuer.close());
    const remote = await startProtectedRemote({ issuer, callTool: () => ({ isError: true, content: [] }) });
    after(() => remote.close());
    const tab = browserProgram();
    after(() => tab.remove());
    const args = [remote.url, "--debug", "--header", `X-Key: ${HEADER_VALUE}`];
    const host = startHost({ args, configDir: folder.path, env: tab.env });
    await host.initialize();
    await host.request("tools/list");
    remote.server.script("mcp", { status: 400, body: HOSTILE }, 1);
    await host.request("tools/call", { name: HOSTILE, arguments: {} });
    await host.endInput();
    log = path.join(logs, readdirSync(logs)[0] ?? assert.fail("no log"));
    secrets = [HEADER_VALUE, ...issuer.state.tokens.keys(), ...issuer.state.codes.keys()];
  });
  after(() => folder.remove());

  test("[DIAG-2] host message, HTTP exchange and sign-in share their numbers in the log", () => {
    const events = readFileSync(log, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(events[0]?.log, 1, "version of the format");
    const challenged = events.find(({ event }) => event === "signin.challenged");
    const asked = events.find(
      ({ event, message }) => event === "http.sent" && message === challenged?.message,
    );
    const refused = events.find(
      ({ event, exchange }) => event === "http.answered" && exchange === asked?.exchange,
    );
    assert.equal(refused?.status, 401);
    assert.match(String(refused?.headersReceived), /www-authenticate/);
    const steps = events.filter(({ event, signIn }) => event === "http.sent" && signIn === 1);
    assert.deepEqual(
      steps.map(({ step }) => String(step).split(" ").slice(0, 2).join(" ")),
      ["Looking for", "Looking for", "Registering a", "Exchanging the"],
    );
    const later = events.filter(({ event }) => event === "http.sent").at(-1);
    assert.equal(later?.signIn, undefined, "what comes after the sign-in does not belong to it");
  });

  test("[CLI-2][DIAG-1] trace writes a page without a secret, and --follow prints lines", async () => {
    const { stdout, code } = await runCommand(["trace", "--json"], folder.path);
    assert.equal(code, 0);
    const report = JSON.parse(stdout) as { file: string; events: number };
    assertSchema("trace", report);
    assert.ok(report.events > 10);
    const html = readFileSync(report.file, "utf8");
    for (const secret of secrets) assert.ok(!html.includes(secret), secret.slice(0, 10));

    const following = startCommand(["trace", log, "--follow"], folder.path);
    let lines = "";
    following.child.stdout?.on("data", (chunk) => {
      lines += chunk;
    });
    while (!lines.includes("sign-in ended"))
      await new Promise((done) => following.child.stdout?.once("data", done));
    assert.match(lines, /ms {2}host -> bridge .* initialize {2}\[message 1\]/);
    assert.match(lines, /bridge -> issuer .* Registering a client: POST/);
    following.child.kill("SIGINT");
    assert.equal((await following.end()).code, 130);

    const missing = await runCommand(["trace", "/nowhere.jsonl"], folder.path);
    assert.equal(missing.code, 2);
  });

  describe("in Chromium", () => {
    let browser: Browser | undefined;
    after(() => browser?.close());

    const open = async (t: TestContext, file: string, width: number): Promise<Page | undefined> => {
      const executable = needed(t, "Chromium", findChromium());
      if (executable === undefined) return undefined;
      browser ??= await startChromium(executable);
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      await page.goto(pathToFileURL(file).href);
      return page;
    };

    for (const width of [400, 1_200])
      test(`[DIAG-2][DIAG-3] the page of a sign-in is read and used at ${width} px`, async (t) => {
        const file = path.join(folder.path, `trace-${width}.html`);
        await runCommand(["trace", log, "--output", file], folder.path);
        const page = await open(t, file, width);
        if (page === undefined) return;
        const asked: string[] = [];
        page.on("request", (request) => void asked.push(request.url()));
        assert.equal(await page.title(), "Trace - mcp-drawbridge", "nothing of the log runs");
        const rows = page.locator("#space .row");
        assert.ok((await rows.count()) > 10);
        const wide = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(wide) <= width, `${wide} px wide`);
        await page.locator("#search").fill("registering");
        assert.equal(await rows.count(), 1);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Enter");
        assert.match((await page.locator("#details").textContent()) ?? "", /sign-in 1/);
        assert.match((await page.locator("#details").textContent()) ?? "", /content-type: application\/json/);
        await screenshot(page, `details-${width}`);
        await page.keyboard.press("/");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        assert.ok(await page.locator("#details").isHidden());
        await page.locator("#filters input[value=http]").uncheck();
        assert.equal(await page.locator("#space .row.http").count(), 0);
        await page.locator("#filters input[value=http]").check();
        await screenshot(page, `all-${width}`);
        await page.emulateMedia({ colorScheme: "dark" });
        await screenshot(page, `dark-${width}`);
        assert.deepEqual(asked, [], "it asks nobody");
        await page.close();
      });

    test("[DIAG-2] a log of 5,000 events scrolls and filters in less than 100 ms", async (t) => {
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      const many = Array.from({ length: 5_000 }, (_, at) => lines[at % lines.length] ?? "");
      const long = path.join(folder.path, "long.jsonl");
      writeFileSync(long, many.join("\n"));
      const file = path.join(folder.path, "long.html");
      await runCommand(["trace", long, "--output", file], folder.path);
      const page = await open(t, file, 1_200);
      if (page === undefined) return;
      const slowest = await page.evaluate(`(async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
        const times = [];
        const list = document.getElementById("list"), search = document.getElementById("search");
        for (const step of [
          () => { list.scrollTop = 60000; draw(); },
          () => { search.value = "registering"; filter(); },
          () => { search.value = ""; filter(); },
        ]) {
          const rounds = [];
          for (let round = 0; round < 5; round++) {
            const started = performance.now();
            step();
            document.body.offsetHeight;
            rounds.push(performance.now() - started);
            await frame();
          }
          times.push(Math.min(...rounds));
        }
        return Math.max(...times);
      })()`);
      assert.ok(Number(slowest) < 100, `${slowest} ms`);
      await page.close();
    });
  });
});

/** For whoever wants to look: into the folder that DRAWBRIDGE_TEST_PICTURES names. */
async function screenshot(page: Page, name: string): Promise<void> {
  const pictures = process.env.DRAWBRIDGE_TEST_PICTURES;
  if (pictures !== undefined) await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}
