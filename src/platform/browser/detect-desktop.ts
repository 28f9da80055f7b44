// Where this process runs, as far as it decides how a person gets to a browser and back (AUTH-12).
import { existsSync, readFileSync } from "node:fs";
import { SCREEN_ADVICE } from "../process/missing-variables.ts";

export interface Desktop {
  /** A remote shell: a browser here would open on the wrong computer, and the redirect lands on the wrong one. */
  readonly ssh: boolean;
  /** Linux below Windows: the browser is a Windows program. */
  readonly wsl: boolean;
  readonly container: boolean;
  /** No screen to open a window on. */
  readonly headless: boolean;
}

/** What looking around needs. Both must not throw. */
export interface DesktopProbe {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  exists(path: string): boolean;
  /** Empty when it cannot be read. */
  read(path: string): string;
}

export function systemProbe(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): DesktopProbe {
  return {
    env,
    platform,
    exists: existsSync,
    read(path) {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return "";
      }
    },
  };
}

export function detectDesktop({ env, platform, exists, read }: DesktopProbe): Desktop {
  const linux = platform === "linux";
  const container =
    linux &&
    (exists("/.dockerenv") ||
      exists("/run/.containerenv") ||
      Boolean(env.container) ||
      Boolean(env.KUBERNETES_SERVICE_HOST) ||
      Boolean(env.REMOTE_CONTAINERS));
  const microsoft = linux && (Boolean(env.WSL_DISTRO_NAME) || /microsoft/i.test(read("/proc/version")));
  // A container below Windows has the same kernel, but no way to the Windows programs.
  const wsl = microsoft && !container;
  const screen = !linux || wsl || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  const ssh = Boolean(env.SSH_CONNECTION) || Boolean(env.SSH_CLIENT) || Boolean(env.SSH_TTY);
  return { ssh, wsl, container, headless: !screen };
}

/**
 * What to do when no browser opens here. `undefined`: nothing special about this place.
 * @param url the authorization URL; its `redirect_uri` names the port that the browser must reach
 */
export function browserAdvice({ ssh, container, headless }: Desktop, url: URL): string | undefined {
  const port = redirectPort(url);
  if (ssh) {
    const tunnel =
      port === undefined
        ? ""
        : ` First run, on your own computer, \`ssh -L ${port}:127.0.0.1:${port} <this host>\`.`;
    return `You are logged in from another computer: open the address there.${tunnel} Or run \`mcp-drawbridge login\` here and paste the address of the last page.`;
  }
  if (container) {
    const publish =
      port === undefined
        ? ""
        : ` Publish port ${port} (docker run -p 127.0.0.1:${port}:${port}), pass --callback-bind 0.0.0.0,`;
    return `This is a container without a browser:${publish === "" ? "" : `${publish} and`} open the address on the computer that runs the container.`;
  }
  if (headless) {
    return `On a desktop, ${SCREEN_ADVICE}. Elsewhere open the address on a computer with a browser, or use --device-code if the issuer supports it.`;
  }
  return undefined;
}

function redirectPort(url: URL): string | undefined {
  const redirect = url.searchParams.get("redirect_uri");
  if (redirect === null || !URL.canParse(redirect)) return undefined;
  const { port } = new URL(redirect);
  return /^\d+$/.test(port) ? port : undefined;
}
