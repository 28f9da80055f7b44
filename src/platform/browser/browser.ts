// Opens the person's browser, without a shell (AUTH-7, AUTH-12).
import { Failure } from "../../core/failure/failure.ts";
import type { Browser } from "../../core/ports/browser.ts";
import type { Diagnostics } from "../../core/ports/diagnostics.ts";
import { isLoopbackHost } from "../../core/remote-url.ts";
import { encodedAddress } from "../../core/text/encoded-address.ts";
import { printable } from "../../core/text/printable.ts";
import { type BrowserCommand, planBrowser } from "./browser-command.ts";
import { browserAdvice, type Desktop, detectDesktop, systemProbe } from "./detect-desktop.ts";
import type { SpawnResult } from "./spawn-detached.ts";
import { withheldVariables } from "./withheld-variables.ts";

type Start = (command: BrowserCommand, env: NodeJS.ProcessEnv) => Promise<SpawnResult>;

interface SystemBrowserOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly diagnostics: Diagnostics;
  /** Variables that hold what only we should know. */
  readonly usedVariables: readonly string[];
  /** Default: found out when a browser is first needed. */
  readonly desktop?: Desktop;
  /** Default: `spawnDetached`. */
  readonly start?: Start;
  /** Default: the `open` package. */
  readonly openBySystem?: (address: string, withheld: readonly string[]) => Promise<SpawnResult>;
}

export function createSystemBrowser(options: SystemBrowserOptions): Browser {
  const { env, platform, diagnostics } = options;
  return {
    async open(url) {
      refuseUnsafe(url);
      const address = encodedAddress(url);
      const desktop = options.desktop ?? detectDesktop(systemProbe(env, platform));
      const plan = planBrowser(address, env, platform, desktop);
      const hint = browserAdvice(desktop, url);
      // Without a screen `xdg-open` would find a text browser at best, and over SSH a Mac the screen of somebody else.
      if (plan === "system" && desktop.headless)
        throw noBrowser("neither DISPLAY nor WAYLAND_DISPLAY is set", hint);
      if (plan === "system" && desktop.ssh && platform === "darwin")
        throw noBrowser("there is no screen here", hint);
      // A start must not pay for what only a sign-in needs.
      const programs = await import("./spawn-detached.ts");
      const { start = programs.spawnDetached, openBySystem = programs.openByPackage } = options;
      const withheld = withheldVariables(env, options.usedVariables, platform);
      const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.includes(name)));
      const why =
        plan === "system" ? await openBySystem(address, withheld) : await startFirst(plan, rest, start);
      diagnostics.event("browser.opened", {
        by: plan === "system" ? platform : plan[0]?.program,
        outcome: why,
      });
      if (why !== "started") throw noBrowser(why, hint);
    },
  };
}

async function startFirst(
  plan: readonly BrowserCommand[],
  env: NodeJS.ProcessEnv,
  start: Start,
): Promise<SpawnResult> {
  let why: SpawnResult = "BROWSER names no program";
  for (const command of plan) {
    why = await start(command, env);
    if (why === "started") return why;
  }
  return why;
}

/** Checked before, and again here: this is the last place before another program reads it. */
function refuseUnsafe(url: URL): void {
  const fine = url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
  if (fine && url.username === "" && url.password === "") return;
  throw new Failure(
    "AUTH_INSECURE_ENDPOINT",
    `A browser is not opened for this kind of address (${printable(url.protocol, 30)}//…).`,
  );
}

function noBrowser(why: string, hint: string | undefined): Failure {
  return new Failure(
    "AUTH_BROWSER_FAILED",
    `No browser could be opened: ${printable(why, 80)}.`,
    hint === undefined ? {} : { hint },
  );
}
