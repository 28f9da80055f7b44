// npm run bench: the built program against the floor, and against peers, all in one run on one machine.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { startStrictIssuer } from "../support/issuers/strict-issuer.ts";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { candidates, OWN, versionOf } from "./candidates.ts";
import { COUNTS, type Mode } from "./counts.ts";
import { CAN_MEASURE } from "./measuring.ts";
import { measureCalls } from "./phases/calls.ts";
import { measureGrants } from "./phases/grants.ts";
import { measureInstalls } from "./phases/installs.ts";
import { measureMany } from "./phases/many.ts";
import { measurePayloads } from "./phases/payloads.ts";
import { measureStarts } from "./phases/starts.ts";
import { type Report, type ReportRow, reportOf, tableOf, tooSlow } from "./report.ts";
import { Samples } from "./samples.ts";
import { killAll, type Scene, startServer } from "./scene.ts";

const HELP = `npm run bench -- [options]

Measures the built program beside the least bridge that Node allows (the floor), in turns, and compares medians.
Ratios hold within one run only. About five minutes.

  --quick                about a minute, for a look
  --check                short; fails where processor time is 30 % over a target
  --node <path>          another Node to run everything on
  --bridge name=command  also measures this bridge; {url} in the command is the server's address (repeatable)
  --peers <folder>       also measures mcp-remote, installed in that folder (without it: where it is a command)
  --only <word>          only these parts (repeatable): starts, grants, calls, payloads, many, installs
  --out <file>           where the figures go (default: bench.json)
  --readme               writes the table into the README, if nothing failed`;

const PARTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  starts: measureStarts,
  grants: measureGrants,
  calls: measureCalls,
  payloads: measurePayloads,
  many: measureMany,
  installs: measureInstalls,
};

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    smallest: { type: "boolean", default: false },
    node: { type: "string", default: process.execPath },
    bridge: { type: "string", multiple: true, default: [] },
    peers: { type: "string" },
    only: { type: "string", multiple: true, default: Object.keys(PARTS) },
    out: { type: "string", default: "bench.json" },
    readme: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await bench();

async function bench(): Promise<number> {
  const mode: Mode = (["check", "smallest", "quick"] as const).find((name) => values[name]) ?? "full";
  const report = await measured(mode);
  writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(tableOf(report));
  if (values.readme && report.failures.length === 0) await writeReadme(report);
  const slow = mode === "check" ? await slowTwice(tooSlow(report)) : [];
  for (const { what, figures } of slow)
    console.error(`Too slow: ${what}, ${figures[OWN]?.ratio?.toFixed(2)} times the floor`);
  return report.failures.length === 0 && slow.length === 0 ? 0 : 1;
}

/** A machine that others use at the same time has bad moments; what is slow is so in a second run, too. */
async function slowTwice(first: readonly ReportRow[]): Promise<readonly ReportRow[]> {
  if (first.length === 0) return [];
  console.error("Measured once more, because something was too slow.");
  const second = tooSlow(await measured("check"));
  return second.filter(({ metric }) => first.some((row) => row.metric === metric));
}

async function measured(mode: Mode): Promise<Report> {
  const folder = temporaryFolder();
  const issuer = await startStrictIssuer({ rotate: false });
  const server = await startServer(values.node, issuer.url);
  const end = (): void => {
    killAll();
    server.stop();
    folder.remove();
  };
  const interrupted = (): void => {
    end();
    process.exit(130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const all = candidates({
      node: values.node,
      named: values.bridge,
      peers: values.peers,
      home: folder.path,
    });
    const scene: Scene = {
      node: values.node,
      counts: COUNTS[mode],
      candidates: all,
      samples: new Samples(),
      origin: server.origin,
      issuer,
      folder: folder.path,
      failures: [],
      leftOut: CAN_MEASURE
        ? []
        : ["Processor time and memory: they are read from /proc, which is Linux' own."],
    };
    for (const name of values.only) {
      const part = PARTS[name];
      if (part === undefined) throw new Error(`There is no part ${name}.\n\n${HELP}`);
      console.error(`${Math.round(performance.now() / 1_000)} s: ${name}`);
      await part(scene);
    }
    const names = all.map(({ name }) => name);
    return reportOf(circumstances(mode), names, scene.samples, scene);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    end();
    await issuer.close();
  }
}

function circumstances(mode: Mode) {
  const { version } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
    version: string;
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() || process.arch}, ${type()} ${release()}`,
    node: versionOf(values.node),
    version,
    mode,
  };
}

async function writeReadme(report: Report): Promise<void> {
  const generator = pathToFileURL(path.join(PROJECT, ".config", "readme.mjs")).href;
  const { fill } = (await import(generator)) as {
    fill: (text: string, name: string, content: string) => string;
  };
  const readme = path.join(PROJECT, "README.md");
  writeFileSync(readme, fill(readFileSync(readme, "utf8"), "bench", tableOf(report)));
}
