// Which programs to try for opening a URL. Decides only; browser.ts starts them.
import type { Desktop } from "./detect-desktop.ts";

/** A program and its arguments: never a line for a shell, which would read what an issuer wrote into the URL. */
export interface BrowserCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Working directory, where that of the process will not do. */
  readonly folder?: string;
}

/** `system`: leave it to the `open` package. */
type BrowserPlan = readonly BrowserCommand[] | "system";

/** Opens what the user chose for the URL's scheme, as Explorer does, without PowerShell or cmd between. */
const HANDLER = "url.dll,FileProtocolHandler";

/** @param address of `encodedAddress` */
export function planBrowser(
  address: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  desktop: Desktop,
): BrowserPlan {
  const chosen = env.BROWSER ?? "";
  if (chosen.trim() !== "") return browserVariable(chosen, address, platform);
  if (platform === "win32") {
    const root = env.SystemRoot ?? env.windir ?? "C:\\Windows";
    return [{ program: `${root}\\System32\\rundll32.exe`, args: [HANDLER, address] }];
  }
  if (desktop.wsl && !desktop.ssh) {
    const folder = "/mnt/c/Windows/System32";
    const args = [HANDLER, address];
    // From a Linux directory, Windows programs see a network path, which some refuse to start in.
    return [
      { program: `${folder}/rundll32.exe`, args, folder },
      { program: "rundll32.exe", args },
    ];
  }
  return "system";
}

/**
 * `$BROWSER`: commands separated as in PATH, tried in order; `%s` stands for the URL, which otherwise comes last.
 * Words may be quoted.
 */
function browserVariable(
  text: string,
  address: string,
  platform: NodeJS.Platform,
): readonly BrowserCommand[] {
  const separator = platform === "win32" ? ";" : ":";
  return text.split(separator).flatMap((command) => {
    const [program, ...rest] = words(command);
    if (program === undefined) return [];
    const named = rest.some((word) => word.includes("%s"));
    const args = rest.map((word) => word.replace(/%[s%]/g, (mark) => (mark === "%s" ? address : "%")));
    return [{ program, args: named ? args : [...args, address] }];
  });
}

function words(command: string): readonly string[] {
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ""));
}
