// npm run test:hosts -- [--only <text>]... [--situation <name>]... [--cache <folder>] [--trace]
//   [--bridge=<flag>]...
// Real hosts from npm through the built bridge, one at a time, with a scripted model where one is needed. Prints a table;
// ends with 1 when a row that ran shows a person nothing, or when fewer than half of the hosts could be installed. One that
// cannot be gets a row.
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { HOSTS } from "./hosts/all.ts";
import { install, nameAndVersion } from "./running/install.ts";
import { SITUATIONS, type Situation } from "./running/scene.ts";
import { type Row, tableOf } from "./running/table.ts";
import { tryHost } from "./running/try-host.ts";
import { seconds } from "./running/verdict.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    situation: { type: "string", multiple: true, default: [...SITUATIONS] },
    cache: { type: "string", default: path.join(homedir(), ".cache", "mcp-drawbridge-real-hosts") },
    // Flags for the bridge, such as --bridge=--list-wait=8, to try what suits a host.
    bridge: { type: "string", multiple: true, default: [] },
    trace: { type: "boolean", default: false },
  },
});
const situations = SITUATIONS.filter((name) => values.situation.includes(name));
const trace = (text: string): void => {
  if (values.trace) console.log(text);
};
const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.log(tableOf([row]));
};

mkdirSync(values.cache, { recursive: true });
for (const host of HOSTS) {
  const wanted = host.commands.filter(({ name }) => isWanted(`${host.name} ${name}`));
  if (wanted.length === 0) continue;
  const { version } = nameAndVersion(host.packages[0]);
  const installed = install(values.cache, host.packages);
  if ("why" in installed) {
    add({
      host: host.name,
      version,
      situation: "-",
      shown: `not installed: ${installed.why}`,
      after: "-",
      nothing: false,
    });
    continue;
  }
  for (const command of wanted) {
    for (const situation of situations.filter((name) => applies(name, command.kind)))
      add({ host: command.name, version, situation, ...(await rowOf(command, installed.folder, situation)) });
  }
}
console.log(`\n${tableOf(rows)}`);
console.log(`\nTo have a server started again:\n${reconnects()}`);
const silent = rows.filter(({ nothing }) => nothing);
console.log(`\n${rows.length} rows, ${silent.length} of them show a person nothing`);
const missing = rows.filter(({ situation }) => situation === "-");
if (missing.length > 0) console.log(`${missing.length} hosts could not be installed`);
const ran = new Set(rows.filter((row) => !missing.includes(row)).map(({ host }) => host)).size;
process.exitCode = silent.length === 0 && ran > missing.length ? 0 : 1;

function reconnects(): string {
  return HOSTS.flatMap(({ name, reconnect }) => (reconnect ? [`${name.padEnd(20)} ${reconnect}`] : [])).join(
    "\n",
  );
}

function isWanted(name: string): boolean {
  return (
    values.only.length === 0 || values.only.some((text) => name.toLowerCase().includes(text.toLowerCase()))
  );
}

/** Only a model calls the sign-in tool. */
function applies(situation: Situation, kind: "agent" | "list"): boolean {
  return situation !== "person" || kind === "agent";
}

async function rowOf(
  command: Parameters<typeof tryHost>[0],
  folder: string,
  situation: Situation,
): Promise<Pick<Row, "shown" | "after" | "nothing">> {
  const { shown, afterMs, nothing } = await tryHost(command, folder, situation, {
    trace,
    flags: values.bridge,
  });
  return { shown, nothing, after: afterMs === undefined ? "-" : seconds(afterMs) };
}
