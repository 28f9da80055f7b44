import type { Party } from "../../core/failure/failure-notes.ts";
import { broken } from "../../core/text/columns.ts";
import type { DoctorLine, DoctorReport } from "./doctor-report.ts";

const PARTY: Readonly<Record<Party, string>> = {
  you: "Your move",
  server: "The move of whoever runs the server",
  issuer: "The move of whoever runs the issuer",
};
const MARK = { pass: "ok  ", warn: "warn", fail: "FAIL" } as const;
const COLOUR = { pass: 32, warn: 33, fail: 31 } as const;
const INDENT = "      ";

/** @param colours whether the marks have any */
export function doctorText({ remote, lines, verdict }: DoctorReport, colours: boolean): string {
  const title = remote === undefined ? "This computer:" : `${remote}:`;
  const count = (wanted: DoctorLine["verdict"]): number =>
    lines.filter((line) => line.verdict === wanted).length;
  const sum =
    verdict === "pass" ? "Everything works." : `${count("fail")} failed, ${count("warn")} with a warning.`;
  return [title, ...lines.map((line) => lineText(line, colours)), "", sum].join("\n");
}

function lineText(
  { id, verdict, found, remedy, party, section, code, ms }: DoctorLine,
  colours: boolean,
): string {
  const mark = colours ? `\u001b[${COLOUR[verdict]}m${MARK[verdict]}\u001b[0m` : MARK[verdict];
  const time = ms === undefined ? "" : ` [${ms} ms]`;
  const parts = [...broken(`${id}: ${found}${time}`, 80 - INDENT.length)];
  if (remedy !== undefined && party !== undefined)
    parts.push(...broken(`${PARTY[party]}: ${remedy}`, 80 - INDENT.length));
  if (verdict !== "pass" && section !== undefined) parts.push(`${section.title}:`, section.url);
  if (code !== undefined) parts.push(code);
  return `${mark}  ${parts.join(`\n${INDENT}`)}`;
}
