const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

export function isLogLevel(level: unknown): level is string {
  return typeof level === "string" && LEVELS.includes(level);
}

/** Higher is more severe; no level is above all, an unknown one below. */
export function levelRank(level: string | undefined): number {
  return level === undefined ? LEVELS.length : LEVELS.indexOf(level);
}
