import { asFailure } from "../../core/failure/failure.ts";
import { printable, urlForPeople } from "../../core/text/printable.ts";
import { openHostConfig, type SetupContext } from "./host-config.ts";
import { ownAddress, readEntry } from "./host-entry.ts";
import { HOSTS } from "./host-table.ts";

/** A host, and what it has of ours. */
export interface HostReport {
  readonly host: string;
  readonly name: string;
  readonly file: string;
  /** Its file is there. */
  readonly found: boolean;
  /** All its servers. */
  readonly servers: number;
  /** Those that this program carries: name, and address without its query. */
  readonly own: readonly { readonly name: string; readonly url: string }[];
  readonly problem?: string;
}

/** Looks at every host; changes nothing. */
export function listHosts(context: SetupContext): Promise<HostReport[]> {
  return Promise.all(
    HOSTS.map(async (host): Promise<HostReport> => {
      const about = { host: host.id, name: host.name };
      try {
        const { file, seen, document } = await openHostConfig(host, context);
        const entries = [...document.entries()];
        const own = entries.flatMap(([name, value]) => {
          const url = ownAddress(readEntry(value), context.program);
          return url === undefined ? [] : [{ name: printable(name), url: urlForPeople(url) }];
        });
        return { ...about, file, found: seen !== undefined, servers: entries.length, own };
      } catch (error) {
        return { ...about, file: "", found: true, servers: 0, own: [], problem: asFailure(error).said };
      }
    }),
  );
}

export function hostLines(reports: readonly HostReport[]): string {
  const width = Math.max(...reports.map(({ host }) => host.length));
  return reports
    .map(({ host, file, found, servers, own, problem }) => {
      const begin = `${host.padEnd(width)}  `;
      if (problem !== undefined) return `${begin}${problem}`;
      if (!found) return `${begin}not seen (${file})`;
      const ours = own.map(({ name, url }) => `\n${" ".repeat(width + 2)}${name}: ${url}`).join("");
      return `${begin}${servers === 1 ? "1 server" : `${servers} servers`} (${file})${ours}`;
    })
    .join("\n");
}
