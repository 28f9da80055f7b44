import type { Party } from "../../core/failure/failure-notes.ts";
import type { FailureCode } from "../../core/failure/failure-table.ts";

export type Verdict = "pass" | "warn" | "fail";

/** One thing that was looked at. */
export interface DoctorLine {
  /** Stable name, such as `tls`. */
  readonly id: string;
  readonly verdict: Verdict;
  /** What was found, as one sentence. */
  readonly found: string;
  /** The next thing to do. With warn and fail only. */
  readonly remedy?: string;
  /** Whose move it is. With warn and fail only. */
  readonly party?: Party;
  /** Where it is specified. */
  readonly section?: { readonly title: string; readonly url: string };
  readonly code?: FailureCode;
  /** How long it took. */
  readonly ms?: number;
}

/** What `doctor --json` prints: `schemas/doctor.schema.json`. */
export interface DoctorReport {
  readonly version: 1;
  readonly command: "doctor";
  readonly program: string;
  /** Absent: only this computer was looked at. */
  readonly remote?: string;
  /** The worst of all lines. */
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly lines: readonly DoctorLine[];
}
