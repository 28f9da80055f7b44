// The last page of a sign-in in a real browser: wide and narrow, light and dark, success and failure. It is readable,
// fits, loads nothing, and its style is not blocked by its own policy.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Browser as Chromium, Page } from "playwright-core";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { findChromium, startChromium } from "../../support/browsers/chromium.ts";
import { createRig } from "../../support/issuers/auth-rig.ts";
import { startStrictIssuer } from "../../support/issuers/strict-issuer.ts";
import { needed } from "../../support/project/parts.ts";
import { startProtectedRemote } from "../../support/remotes/protected-remote.ts";

let starting: Promise<Chromium> | undefined;
after(async () => (await starting)?.close());

interface Look {
  readonly width: number;
  readonly height: number;
  readonly overflows: boolean;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
  /** Least contrast of any text with what lies behind it (WCAG 2.2, 1.4.3). */
  readonly contrast: number;
  /** Luminance of the ground, 0 to 1. */
  readonly ground: number;
  readonly cardWidth: number;
  readonly scripts: number;
}

for (const outcome of ["signed in", "denied"] as const)
  describe(outcome, { timeout: 60_000 }, () => {
    for (const width of [1200, 400])
      for (const colorScheme of ["light", "dark"] as const)
        test(`[AUTH-10] ${width} px, ${colorScheme}`, async (t) => {
          const executable = needed(t, "Chromium", findChromium());
          if (executable === undefined) return;
          starting ??= startChromium(executable);
          const context = await (await starting).newContext({
            viewport: { width, height: 700 },
            colorScheme,
          });
          t.after(() => context.close());
          const page = await context.newPage();
          const troubles: string[] = [];
          const requests: string[] = [];
          page.on("console", (message) => void troubles.push(message.text()));
          page.on("pageerror", (error) => void troubles.push(String(error)));
          page.on("request", (request) => void requests.push(new URL(request.url()).pathname));

          const visit = await signIn(t, page, outcome);
          assert.equal(await visit, outcome === "signed in" ? 200 : "AUTH_DENIED");
          await page.waitForLoadState("load");
          const look = await lookAt(page);
          assert.match(look.title, /mcp-drawbridge/);
          assert.equal(look.heading, outcome === "signed in" ? "Signed in" : "Not signed in");
          assert.match(look.text, outcome === "signed in" ? /127\.0\.0\.1/ : /refused|denied/i);
          assert.equal(look.overflows, false, "it has to be scrolled sideways");
          assert.ok(
            look.cardWidth <= width && look.cardWidth >= Math.min(300, width - 50),
            `${look.cardWidth}`,
          );
          assert.ok(look.contrast >= 4.5, `contrast ${look.contrast.toFixed(2)}`);
          assert.equal(look.ground > 0.5, colorScheme === "light", `ground ${look.ground}`);
          assert.equal(look.scripts, 0);
          // A missing favicon is the browser's own idea.
          assert.deepEqual(
            troubles.filter((text) => !/favicon|status of 40\d/.test(text)),
            [],
          );
          assert.deepEqual(
            requests.filter((path) => path !== "/favicon.ico" && !path.startsWith("/as/")),
            ["/oauth/callback"],
          );
        });
  });

/** Starts a sign-in whose browser is `page`; the status of the call that wanted it, or the code it failed with. */
async function signIn(
  t: { after(act: () => unknown): void },
  page: Page,
  outcome: "signed in" | "denied",
): Promise<Promise<number | string>> {
  const issuer = await startStrictIssuer();
  t.after(() => issuer.close());
  issuer.consent = {
    decision: outcome === "signed in" ? "approve" : "deny",
    errorDescription: "<script>alert(1)</script> access denied, and a long word: ".padEnd(400, "x"),
  };
  const remote = await startProtectedRemote({ issuer });
  t.after(() => remote.close());
  let loaded: Promise<unknown> = Promise.resolve();
  const browser = {
    async open(url: URL) {
      loaded = page.goto(url.href);
    },
  };
  const rig = createRig({ remote: remote.url, browser });
  t.after(() => rig.close());
  const called = rig.call().catch((error: unknown) => (isFailure(error) ? error.code : String(error)));
  const result = await called;
  await loaded;
  return Promise.resolve(result);
}

/** Runs in the browser; text, so that it is not compiled against a DOM that the project does not know. */
const LOOK = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const contrasts = [...document.querySelectorAll("h1, p")].map((element) => {
    const pair = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  });
  const root = document.documentElement;
  return {
    width: innerWidth, height: innerHeight, overflows: root.scrollWidth > innerWidth, title: document.title,
    heading: document.querySelector("h1")?.textContent ?? "", text: document.body.innerText,
    contrast: Math.min(...contrasts), ground: luminance(behind(document.body)),
    cardWidth: document.querySelector("main")?.getBoundingClientRect().width ?? 0, scripts: document.scripts.length,
  };
})()`;

function lookAt(page: Page): Promise<Look> {
  return page.evaluate(LOOK) as Promise<Look>;
}
