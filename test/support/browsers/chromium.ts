// A real browser: Chromium, driven by playwright-core, with a person who signs in and agrees.
import { type Browser, chromium, type Page } from "playwright-core";
import { findProgram } from "../project/parts.ts";

/** Works as root in a container too, and asks nobody on the network for anything. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of a Chromium or Chrome; undefined: there is none. */
export function findChromium(): string | undefined {
  return findProgram(
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  );
}

export interface LastPage {
  readonly url: URL;
  readonly title: string;
  readonly text: string;
}

/** Starts it without a window, with a fresh profile. Close it in `after`. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/**
 * Opens `url`, fills in what `oidc-provider`'s development pages ask for, and comes back with the page that
 * has no form. Certificates are not checked: it is not the browser that is tested.
 */
export async function signIn(browser: Browser, url: string): Promise<LastPage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await page.goto(url);
    for (let step = 0; step < 5 && (await hasForm(page)); step++) {
      if ((await page.locator("input[name=login]").count()) > 0) {
        await page.locator("input[name=login]").fill("ada");
        await page.locator("input[name=password]").fill("anything");
      }
      await Promise.all([
        page.waitForNavigation({ waitUntil: "load" }),
        page.locator("form button[type=submit]").first().click(),
      ]);
    }
    return {
      url: new URL(page.url()),
      title: await page.title(),
      text: (await page.locator("body").textContent()) ?? "",
    };
  } finally {
    await context.close();
  }
}

async function hasForm(page: Page): Promise<boolean> {
  return (await page.locator("form[method=post]").count()) > 0;
}
