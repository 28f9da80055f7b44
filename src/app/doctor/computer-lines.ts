// This computer: what every remote needs.
import path from "node:path";
import { within } from "../../core/deadline.ts";
import { Failure } from "../../core/failure/failure.ts";
import type { Settings } from "../../core/settings.ts";
import { quoted } from "../../core/text/printable.ts";
import type { Computer, FolderFacts } from "../../platform/computer.ts";
import { KEYCHAIN_MS, loadKeychain } from "../../store/keys/keychain.ts";
import type { Adapters } from "../adapters.ts";
import type { DoctorLine } from "./doctor-report.ts";
import { fail, pass, warn } from "./lines.ts";

export async function computerLines(settings: Settings, adapters: Adapters): Promise<readonly DoctorLine[]> {
  const computer = await adapters.computer();
  const { version, path: place, system } = computer.node;
  return [
    pass("node", `Node ${version} (${system}) at ${place}.`),
    await folderLine(settings, computer),
    await keychainLine(settings, adapters),
    browserLine(settings, computer),
    proxyLine(settings, computer),
    await hostsLine(computer),
  ];
}

async function folderLine({ store }: Settings, computer: Computer): Promise<DoctorLine> {
  if (store.kind === "memory") return pass("folder", "Nothing is saved (--store memory).");
  const places = [store.folder, ...["vault", "keys", "memory"].map((name) => path.join(store.folder, name))];
  const open: string[] = [];
  for (const place of places) {
    const facts = await computer.folder(place).catch(() => undefined);
    if (facts === undefined) return fail("folder", unusable(place, "cannot be looked at"));
    const why = faultOf(facts, computer, place === store.folder);
    if (why !== undefined) return fail("folder", unusable(place, why));
    if (place !== store.folder && facts.exists && ((facts.mode ?? 0) & 0o077) !== 0) open.push(place);
  }
  if (open.length > 0)
    return warn(
      "folder",
      `Others may look into ${open.join(" and ")}.`,
      "The next start changes that. Find out what changed the mode of the folder (a copy, a share, an umask).",
      "you",
    );
  return pass("folder", `Sign-ins are kept in ${store.folder}.`);
}

function faultOf(facts: FolderFacts, { userId }: Computer, isTop: boolean): string | undefined {
  if (!facts.exists) return undefined;
  // The user's own folder may be a link; what lies below may not.
  if (!facts.isFolder && !isTop) return "is not a folder";
  if (facts.owner !== undefined && facts.owner !== userId && !(isTop && facts.owner === 0))
    return `belongs to another user (id ${facts.owner})`;
  return facts.writable ? undefined : "cannot be written to";
}

function unusable(place: string, why: string): Failure {
  const code = why.startsWith("cannot") ? "LOCAL_VAULT_UNWRITABLE" : "LOCAL_VAULT_UNSAFE";
  return new Failure(code, `${place} ${why}.`);
}

/** Asks for an entry that nobody has: no keychain shows a person a question for it. */
async function keychainLine({ store }: Settings, adapters: Adapters): Promise<DoctorLine> {
  if (store.key !== undefined) return pass("keychain", "Not needed: the key is in DRAWBRIDGE_VAULT_KEY.");
  if (store.kind === "memory") return pass("keychain", "Not needed: nothing is saved.");
  if (store.kind === "file")
    return warn(
      "keychain",
      "Not used: the key is a file beside the sign-ins, and whoever can read that folder can read your tokens.",
      "Leave out --store file where the system keychain works.",
      "you",
    );
  try {
    await adapters.keychainHelp?.ready();
    const asking = loadKeychain().then((keychain) => keychain.getPassword("mcp-drawbridge", "doctor"));
    await within(adapters.clock, KEYCHAIN_MS, asking, () => {
      throw new Failure("LOCAL_KEYCHAIN_UNAVAILABLE", "The system keychain does not answer.");
    });
    return pass("keychain", "The system keychain answers.");
  } catch (error) {
    const obstacle = await adapters.keychainHelp?.obstacle(error);
    const why =
      obstacle?.why ?? (error instanceof Failure ? "it does not answer" : "it cannot be loaded or asked");
    const failure = new Failure("LOCAL_KEYCHAIN_UNAVAILABLE", `The system keychain cannot be used: ${why}.`, {
      ...(obstacle !== undefined && { hint: obstacle.hint }),
      cause: error,
    });
    if (store.kind === "keychain") return fail("keychain", failure);
    return warn("keychain", `${failure.message} A new sign-in keeps its key in a file.`, failure.hint, "you");
  }
}

function browserLine({ auth }: Settings, computer: Computer): DoctorLine {
  if (auth.grantType.kind !== "authorization_code")
    return pass("browser", "Not needed for this kind of sign-in.");
  if (!auth.openBrowser) return pass("browser", "None is opened (--no-browser): you get the address.");
  const { ssh, wsl, container, headless, chosenBrowser } = computer.desktop();
  if (chosenBrowser) return pass("browser", "BROWSER names the program that opens the sign-in.");
  const advice =
    "Run `mcp-drawbridge login` with the address, open what it prints in a browser elsewhere, and paste the last page's address.";
  if (ssh)
    return warn("browser", "This is a remote shell: a browser here is not in front of you.", advice, "you");
  if (container && headless)
    return warn(
      "browser",
      "This is a container without a screen, so no browser can be opened.",
      advice,
      "you",
    );
  if (headless)
    return warn(
      "browser",
      "Neither DISPLAY nor WAYLAND_DISPLAY is set, so no browser can be opened.",
      advice,
      "you",
    );
  return pass(
    "browser",
    wsl ? "The browser of Windows opens the sign-in." : "The system's browser opens the sign-in.",
  );
}

function proxyLine({ network }: Settings, computer: Computer): DoctorLine {
  const names = computer.proxyVariables();
  if (names.length === 0) return pass("proxy-variables", "No proxy variable is set.");
  if (!network.useProxy) return pass("proxy-variables", `${names.join(", ")} set, and ignored (--no-proxy).`);
  return pass("proxy-variables", `Set: ${names.join(", ")}.`);
}

async function hostsLine(computer: Computer): Promise<DoctorLine> {
  const files = await computer.hostConfigurations();
  const named = files.map((file) => quoted(file)).join(", ");
  return pass(
    "hosts",
    files.length === 0 ? "No known host's configuration names mcp-drawbridge." : `Named in ${named}.`,
  );
}
