// One run as data, for bench.json, and as a Markdown table.
import { FLOOR, OWN } from "./candidates.ts";
import { type Figure, figure, isTooSlow, ROWS, type Row, reached, type Target } from "./rows.ts";
import type { Samples } from "./samples.ts";

/** Where and when a run was. */
export interface Circumstances {
  /** `2026-01-31`. */
  readonly date: string;
  /** `2 x Some Processor, Linux 6.1`. */
  readonly machine: string;
  /** Of the Node that everything ran on. */
  readonly node: string;
  /** Of this program. */
  readonly version: string;
  readonly mode: string;
}

export interface ReportRow extends Row {
  /** By candidate. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly reached?: boolean;
}

/** What bench.json holds. */
export interface Report extends Circumstances {
  readonly candidates: readonly string[];
  readonly rows: readonly ReportRow[];
  readonly leftOut: readonly string[];
  readonly failures: readonly string[];
}

export function reportOf(
  circumstances: Circumstances,
  candidates: readonly string[],
  samples: Samples,
  { leftOut, failures }: Pick<Report, "leftOut" | "failures">,
): Report {
  const rows = ROWS.flatMap((row): ReportRow[] => {
    const entries = candidates.flatMap((name) => {
      const one = figure(samples, row.metric, name, FLOOR);
      return one ? [[name, one] as const] : [];
    });
    if (entries.length === 0) return [];
    const figures = Object.fromEntries(entries);
    const { [OWN]: own, [FLOOR]: floor } = figures;
    const met = own && reached(row.target, own, floor);
    return [{ ...row, figures, ...(met === undefined ? {} : { reached: met }) }];
  });
  return { ...circumstances, candidates, rows, leftOut, failures };
}

/** Rows for which `--check` fails. */
export function tooSlow({ rows }: Report): ReportRow[] {
  return rows.filter((row) => {
    const own = row.figures[OWN];
    return own !== undefined && isTooSlow(row, own);
  });
}

export function tableOf(report: Report): string {
  const head = ["", ...report.candidates.map((name) => (name === OWN ? `${name} | target` : name))];
  const lines = report.rows.map((row) => {
    const cells = report.candidates.map((name) => {
      const cell = figureText(row, name);
      return name === OWN ? `${cell} | ${targetText(row.target)}${row.reached ? " ✓" : ""}` : cell;
    });
    return `| ${[row.what, ...cells].join(" | ")} |`;
  });
  const columns = report.candidates.length + 2;
  return [
    `mcp-drawbridge ${report.version} on Node ${report.node}, ${report.machine}, ${report.date}.`,
    "Medians, with × the ratio to the floor; ✓ where the target is reached.",
    "",
    `| ${head.join(" | ")} |`,
    `|${" --- |".repeat(columns)}`,
    ...lines,
    ...[...report.leftOut, ...report.failures.map((text) => `Failed: ${text.replaceAll("\n", " ")}`)].flatMap(
      (text) => ["", text],
    ),
  ].join("\n");
}

export function targetText(target: Target): string {
  switch (target.kind) {
    case "at-most":
      return `≤ ×${target.ratio}${target.plusMb === undefined ? "" : ` + ${target.plusMb} MB`}`;
    case "at-least":
      return `≥ ×${target.ratio}`;
    case "value":
      return `≤ ${target.atMost}`;
  }
}

function figureText({ figures, unit }: ReportRow, name: string): string {
  const found = figures[name];
  if (found === undefined) return "–";
  const text = `${rounded(found.median)}${unit === "" || unit === "/s" ? unit : ` ${unit}`}`;
  return name === FLOOR || found.ratio === undefined ? text : `${text} **×${found.ratio.toFixed(2)}**`;
}

/** Three digits that count. */
function rounded(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
