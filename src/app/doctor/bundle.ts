// One file to attach to a bug report: what doctor found, the settings, the last debug log. Without a secret.
import { gzipSync } from "node:zlib";
import type { Settings } from "../../core/settings.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { urlForPeople } from "../../core/text/printable.ts";
import { Redactor } from "../../core/text/redaction.ts";
import { newestLog, readLog } from "../../platform/logging/read-log.ts";
import type { Adapters } from "../adapters.ts";
import { writeNewFile } from "../write-file.ts";
import type { DoctorReport } from "./doctor-report.ts";
import { doctorText } from "./doctor-text.ts";
import { tarOf } from "./tar.ts";

/** The whole of what may be the user's own words: only that it was given is told. */
const HIDDEN_MEMBERS = new Set(["authorizeParams", "command", "value", "extraCa", "clientCert", "key"]);

/**
 * Writes a `.tar.gz`. @returns the names of what is in it
 * @throws Failure USAGE_BAD_ARGUMENT: it cannot be written
 */
export async function writeBundle(
  file: string,
  settings: Settings,
  adapters: Adapters,
  report: DoctorReport,
): Promise<readonly string[]> {
  const { node } = await adapters.computer();
  const files = [
    {
      name: "versions.json",
      text: pretty({ program: report.program, node: node.version, system: node.system }),
    },
    { name: "settings.json", text: pretty(settingsForOthers(settings, report.remote !== undefined)) },
    { name: "doctor.json", text: pretty(report) },
    { name: "doctor.txt", text: `${doctorText(report, false)}\n` },
    ...(await debugLog(settings)),
  ];
  await writeNewFile(file, gzipSync(tarOf(files, Math.floor(adapters.clock.nowMs() / 1_000))));
  return files.map(({ name }) => name);
}

/** It is redacted as it is written; once more, for secrets that only a later run knew. */
async function debugLog({ store }: Settings): Promise<readonly { name: string; text: string }[]> {
  const log = await newestLog(store.folder);
  const lines = log === undefined ? [] : await readLog(log).catch(() => []);
  const redactor = new Redactor();
  if (lines.length === 0) return [];
  return [{ name: "debug.jsonl", text: `${lines.map((line) => redactor.forLog(line)).join("\n")}\n` }];
}

/** @param withRemote false: the address in the settings is nobody's */
export function settingsForOthers(settings: Settings, withRemote: boolean): unknown {
  const redactor = new Redactor();
  const { remote, ...rest } = settings;
  const shown = withRemote ? { remote: urlForPeople(remote.url), ...rest } : rest;
  const text = JSON.stringify(shown, (name, value: unknown) => {
    if (HIDDEN_MEMBERS.has(name)) return "given";
    if (typeof value !== "string") return value;
    const clean = redactor.field(name, value);
    return URL.canParse(clean) && clean.includes("://") ? urlForPeople(clean) : outgoing(clean, 1_000);
  });
  return JSON.parse(text);
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
