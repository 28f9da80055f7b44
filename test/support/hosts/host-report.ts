// The table of what a person has seen, host by host, as one block of text.
import type { Outcome, Situation } from "./host-situations.ts";
import type { HostFacts } from "./host-table.ts";
import type { ScriptedHost } from "./scripted-host.ts";
import type { Sighting } from "./sightings.ts";

const LEGEND = `Seconds from the start of the process. "next": the host started again (codex as exec); in "plain" the remote is down by then.
+ tools of a later list, " in the words of the sign-in tool (seconds from the first start), d a dialog with the address,
- not played, as where a host is gone before anybody could sign in, or not finished.`;

/** Rows in the order of `hosts`; an outcome that is missing was not finished. */
export function hostReport(
  hosts: readonly HostFacts[],
  situations: readonly Situation[],
  outcomes: readonly Outcome[],
): string {
  const rows = hosts.map((facts) => [
    `${facts.host} ${facts.version}`,
    ...situations.map((situation) => {
      const outcome = outcomes.find((one) => one.facts === facts && one.situation === situation);
      return outcome ? cell(outcome) : "-";
    }),
  ]);
  return `${aligned([["host", ...situations.map(({ name }) => name)], ...rows])}\n${LEGEND}`;
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join(" | ")
        .trimEnd(),
    )
    .join("\n");
}

function cell({ first, call, told, next }: Outcome): string {
  const [seen] = first.sightings;
  const again = first.sightings.find(({ how, what }) => how.startsWith("listed") && what === "tools");
  const parts = [seenBy(first, seen)];
  if (call?.dialog) parts[0] += "d";
  if (again && seen?.what !== "tools") parts.push(`+${seconds(again.atMs)}`);
  if (told) parts.push(`"${seconds(told.stageMs)}`);
  if (next) parts.push(`next ${seenBy(next, next.sightings[0])}`);
  return parts.join(", ");
}

function seenBy({ gaveUp }: ScriptedHost, seen: Sighting | undefined): string {
  if (seen) return `${seen.what === "sign-in tool" ? "sign-in" : seen.what} ${seconds(seen.atMs)}`;
  return gaveUp ? `NOTHING, ended ${seconds(gaveUp.atMs)}` : "NOTHING";
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
