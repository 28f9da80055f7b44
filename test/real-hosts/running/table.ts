// The table that the job prints.

export interface Row {
  readonly host: string;
  readonly version: string;
  readonly situation: string;
  readonly shown: string;
  readonly after: string;
  readonly nothing: boolean;
}

const COLUMNS = [
  ["host", 20],
  ["version", 9],
  ["situation", 13],
  ["after", 8],
] as const;

export function tableOf(rows: readonly Row[]): string {
  return rows
    .map((row) => [...COLUMNS.map(([name, width]) => row[name].padEnd(width)), row.shown].join(" "))
    .join("\n");
}
