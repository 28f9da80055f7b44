// The way to the remote: proxy, name, connection, certificate.
import type { Settings } from "../../core/settings.ts";
import type { Adapters } from "../adapters.ts";
import type { DoctorLine } from "./doctor-report.ts";
import { fail, pass, warn } from "./lines.ts";

const DAY_MS = 86_400_000;
/** A certificate that is renewed by a program is so a good while before. */
const SOON_MS = 14 * DAY_MS;
/** Of the server's own making: nothing that the user does here mends it. */
const SERVERS =
  /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|another host|UNABLE_TO_VERIFY_LEAF_SIGNATURE|INVALID_CA|CERT_REVOKED/;

/** Ends with the first line that fails: what comes after needs it. */
export async function connectionLines(
  { remote }: Settings,
  adapters: Adapters,
): Promise<readonly DoctorLine[]> {
  const { url } = remote;
  const computer = await adapters.computer();
  const lines: DoctorLine[] = [];
  let proxy: string | undefined;
  try {
    proxy = await computer.proxyFor(url);
  } catch (error) {
    return [fail("proxy", error)];
  }
  if (proxy !== undefined)
    return [
      pass("proxy", `Connections go through the proxy ${proxy}, which looks up the name and connects.`),
    ];
  const steps = computer.connection(url);
  try {
    const { value: addresses, ms } = await steps.lookUp();
    lines.push(pass("dns", `${url.hostname} is ${addresses.slice(0, 4).join(", ")}.`, { ms }));
  } catch (error) {
    return [fail("dns", error)];
  }
  try {
    const { ms } = await steps.connect();
    lines.push(pass("tcp", `${url.host} takes connections.`, { ms }));
  } catch (error) {
    return [...lines, fail("tcp", error)];
  }
  if (url.protocol !== "https:") {
    const line = remote.loopback
      ? pass("tls", "Plain http, on this computer.")
      : warn(
          "tls",
          "Plain http: everybody on the way can read and change everything.",
          "Ask for an https:// address.",
          "server",
        );
    return [...lines, line];
  }
  try {
    const { value, ms } = await steps.secure();
    const { protocol, subject, authority, validToMs, chain } = value;
    const days = Math.floor((validToMs - adapters.clock.nowMs()) / DAY_MS);
    const words = `${protocol}, certificate of ${subject}, signed by ${authority}, ${chain} in the chain, valid for ${days} more days.`;
    const isSoon = validToMs - adapters.clock.nowMs() < SOON_MS;
    return [
      ...lines,
      isSoon
        ? warn("tls", words, "The certificate should be renewed.", "server", { ms })
        : pass("tls", words, { ms }),
    ];
  } catch (error) {
    const isServers = error instanceof Error && SERVERS.test(error.message);
    return [...lines, fail("tls", error, isServers ? "server" : "you")];
  }
}
