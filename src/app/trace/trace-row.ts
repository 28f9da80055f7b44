/** The columns of the chart. */
export const LANES = ["host", "bridge", "browser", "remote", "issuer"] as const;
export type Lane = (typeof LANES)[number];

export type RowKind = "message" | "http" | "sign-in" | "note";

/** One line of the chart: an arrow, or a note of the bridge. */
export interface TraceRow {
  /** Milliseconds since the start of the process. */
  readonly at: number;
  /** ISO 8601. */
  readonly time: string;
  readonly from: Lane;
  readonly to: Lane;
  readonly kind: RowKind;
  readonly title: string;
  /** What it is for, for somebody who never read the specification. */
  readonly why?: string;
  readonly ok: boolean;
  /** Other rows with one of these belong to it: `message 3`, `exchange 7`, `sign-in 1`. */
  readonly ids: readonly string[];
  /** What the log keeps of it. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}
