// Browsers for tests: as the `Browser` port, and as an executable for `$BROWSER` of a spawned program.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "../../../src/core/ports/browser.ts";
import { consent, type Page, type PersonOptions } from "./person.ts";

/** A browser with a person before it who consents. `open` returns at once, as real ones do. */
export interface ScriptedBrowser extends Browser {
  /** Addresses it was asked to open. */
  readonly opened: readonly URL[];
  /** Waits until everything opened so far has come to its last page; throws what went wrong. */
  pages(): Promise<Page[]>;
  /** Resolves with the address number `count` (1: the first ever). */
  arrival(count?: number): Promise<URL>;
}

export function scriptedBrowser(options: PersonOptions = {}): ScriptedBrowser {
  const opened: URL[] = [];
  const visits: Promise<Page[]>[] = [];
  let watchers: (() => void)[] = [];
  return {
    opened,
    async open(url) {
      opened.push(url);
      const visit = consent(url, options);
      // `pages` throws what went wrong; until then whoever waits for the sign-in should not have to guess.
      visit.then(
        (pages) => sayWhereItEnded(url, pages.at(-1)),
        (error: unknown) => console.error(`The browser came to grief: ${String(error)}`),
      );
      visits.push(visit);
      const called = watchers;
      watchers = [];
      for (const watcher of called) watcher();
    },
    async pages() {
      return (await Promise.all(visits)).flat();
    },
    async arrival(count = 1) {
      for (;;) {
        const url = opened[count - 1];
        if (url) return url;
        await new Promise<void>((done) => watchers.push(done));
      }
    },
  };
}

/** A refusal by the issuer leaves the person on its page, and the sign-in waiting. */
function sayWhereItEnded(start: URL, last: Page | undefined): void {
  const redirect = start.searchParams.get("redirect_uri") ?? "";
  if (last === undefined || last.status < 400 || last.url.href.startsWith(redirect)) return;
  const text = last.html.replace(/<[^>]*>/g, " ").slice(0, 300);
  console.error(`The browser is stuck at ${last.url.origin}${last.url.pathname}, ${last.status}: ${text}`);
}

/** A browser whose person never comes: the tab opens and stays. */
export function idleBrowser(): Browser & { readonly opened: readonly URL[] } {
  const opened: URL[] = [];
  return {
    opened,
    async open(url) {
      opened.push(url);
    },
  };
}

/** Fails the test when anything is opened. Check `opened` too: what it throws may be swallowed on the way. */
export function refuseToOpen(): Browser & { readonly opened: readonly URL[] } {
  const opened: URL[] = [];
  return {
    opened,
    async open(url) {
      opened.push(url);
      assert.fail(`A browser was opened: ${url.origin}${url.pathname}`);
    },
  };
}

/** An executable that acts as browser for a spawned program. */
export interface BrowserProgram {
  /** For the environment of the program. */
  readonly env: { readonly BROWSER: string };
  /** Addresses it was started with, in order. */
  opened(): string[];
  /** Resolves when it was started `count` times (1: once); the caller's deadline is the test's. */
  arrival(count?: number): Promise<string>;
  /** One line per visit that failed or did not end on a page with status 200. */
  troubles(): string[];
  remove(): void;
}

export interface BrowserProgramOptions {
  /** `consent`: as a person who agrees; `idle`: nobody comes; `fail`: ends with an error, as where there is no display. */
  readonly behaviour?: "consent" | "idle" | "fail";
  readonly ca?: string | undefined;
}

/** Makes the executable in a folder of its own. Remove it in `after`. */
export function browserProgram(options: BrowserProgramOptions = {}): BrowserProgram {
  const folder = mkdtempSync(path.join(tmpdir(), "drawbridge-browser-"));
  const log = path.join(folder, "opened");
  const troubles = path.join(folder, "troubles");
  const executable = path.join(folder, "browser");
  const ca = path.join(folder, "ca.pem");
  writeFileSync(log, "");
  writeFileSync(troubles, "");
  writeFileSync(ca, options.ca ?? "");
  const program = path.join(import.meta.dirname, "browser-main.js");
  const visit = [process.execPath, program, troubles, ca].map((word) => `'${word}'`).join(" ");
  // Returns at once, as what opens a tab in a running browser does.
  const then = { consent: `${visit} "$1" >/dev/null 2>&1 &`, idle: "", fail: "exit 3" };
  const script = `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n${then[options.behaviour ?? "consent"]}\n`;
  writeFileSync(executable, script, { mode: 0o700 });
  const opened = (): string[] => readFileSync(log, "utf8").split("\n").filter(Boolean);
  return {
    env: { BROWSER: executable },
    opened,
    async arrival(count = 1) {
      const watcher = watch(log);
      try {
        for (;;) {
          const found = opened()[count - 1];
          if (found) return found;
          await new Promise((done) => watcher.once("change", done));
        }
      } finally {
        watcher.close();
      }
    },
    troubles: () => readFileSync(troubles, "utf8").split("\n").filter(Boolean),
    remove() {
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}
