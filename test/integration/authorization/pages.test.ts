// The last page of a sign-in, in a real browser: wide and narrow, light and dark, with the policy that it is served with.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startScene } from "../../support/auth-scene.ts";
import { findChromium, startChromium } from "../../support/chromium.ts";
import { needed } from "../../support/parts.ts";

const LOOKS = [
  { width: 1_200, colorScheme: "light" },
  { width: 1_200, colorScheme: "dark" },
  { width: 400, colorScheme: "light" },
  { width: 400, colorScheme: "dark" },
] as const;

test("[AUTH-10] the pages of success and failure are readable at 1200 and 400 px, light and dark", {
  timeout: 60_000,
}, async (t) => {
  const program = needed(t, "chromium", findChromium());
  if (program === undefined) return;
  const chromium = await startChromium(program);
  t.after(() => chromium.close());
  const { issuer, rig } = await startScene(t);
  for (const decision of ["approve", "deny"] as const)
    for (const { width, colorScheme } of LOOKS) {
      issuer.consent = { decision, errorDescription: `${"long-word".repeat(30)} <script>alert(1)</script>` };
      const context = await chromium.newContext({ viewport: { width, height: 700 }, colorScheme });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      const visits: Promise<unknown>[] = [];
      const browser = { open: async (url: URL) => void visits.push(page.goto(url.href)) };
      const ended = await rig({ browser })
        .call()
        .catch((error: unknown) => (error as { code: string }).code);
      await Promise.all(visits);
      assert.equal(ended, decision === "approve" ? 200 : "AUTH_DENIED");
      assert.match(await page.title(), decision === "approve" ? /^Signed in/ : /^Not signed in/);
      // As text: these tests are typed for Node.
      const seen = await page.evaluate(`({
        width: document.documentElement.scrollWidth,
        ground: getComputedStyle(document.body).backgroundColor,
        text: getComputedStyle(document.body).color,
        scripts: document.scripts.length,
      })`);
      const dark = colorScheme === "dark";
      assert.deepEqual(seen, {
        width,
        ground: dark ? "rgb(20, 23, 28)" : "rgb(244, 245, 247)",
        text: dark ? "rgb(232, 234, 237)" : "rgb(27, 31, 36)",
        scripts: 0,
      });
      // The icon that browsers ask for by themselves is not there; everything else would be a fault of the page.
      assert.deepEqual(
        complaints.filter((text) => !/favicon|status of 40[04]/.test(text)),
        [],
      );
      await context.close();
    }
});
