import { asFailure, EXIT_CODES, type Failure } from "../../core/failure/failure.ts";
import { FAILURE_NOTES, type Party } from "../../core/failure/failure-notes.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import type { DoctorLine, Verdict } from "./doctor-report.ts";

type More = Partial<Pick<DoctorLine, "section" | "ms">>;

/** Nothing to do. @param text may quote foreign text */
export function pass(id: string, text: string, more: More = {}): DoctorLine {
  return { id, verdict: "pass", found: outgoing(text, 1_000), ...more };
}

export function warn(id: string, text: string, remedy: string, party: Party, more: More = {}): DoctorLine {
  return { id, verdict: "warn", found: outgoing(text, 1_000), remedy, party, ...more };
}

/** @param party whose move it is; default: by the failure's code */
export function fail(id: string, error: unknown, party?: Party, more: More = {}): DoctorLine {
  const failure = asFailure(error);
  const { code, hint } = failure.data();
  return {
    id,
    verdict: "fail",
    found: failure.said,
    remedy: hint,
    party: party ?? partyOf(failure),
    code,
    ...more,
  };
}

/** Whose move a failure is, where the place it was met at does not tell more. */
export function partyOf({ code, status }: Failure): Party {
  // Most often the address is wrong.
  return code === "REMOTE_HTTP_ERROR" && status === 404 ? "you" : FAILURE_NOTES[code].party;
}

const ORDER: readonly Verdict[] = ["pass", "warn", "fail"];

export function worst(lines: readonly DoctorLine[]): Verdict {
  return ORDER[Math.max(0, ...lines.map(({ verdict }) => ORDER.indexOf(verdict)))] ?? "pass";
}

/** 0: all pass; 1: warnings; else the exit code of the first failing line. */
export function exitCodeOf(lines: readonly DoctorLine[]): number {
  const failed = lines.find(({ verdict }) => verdict === "fail");
  if (failed === undefined) return worst(lines) === "pass" ? 0 : 1;
  const family = failed.code?.split("_", 1)[0] as keyof typeof EXIT_CODES | undefined;
  return family === undefined ? EXIT_CODES.LOCAL : EXIT_CODES[family];
}
