/** No peer makes us repeat anything sooner. */
const LEAST_MS = 200;
const MOST_MS = 60_000;

/**
 * The wait before something is done again, where the other side says how long: at least 200 ms, and twice as long with each
 * repeat that brought nothing; at most a minute.
 * @param askedMs what the other side named; undefined: nothing
 * @param repeats so far
 * @param mostMs the doubling ends here: for a wait that is the other side's way to work, not a trouble
 */
export function pauseMs(askedMs: number | undefined, repeats: number, mostMs = MOST_MS): number {
  const leastMs = Math.min(LEAST_MS * 2 ** Math.min(Math.max(repeats, 0), 20), mostMs);
  return Math.min(Math.max(askedMs ?? 0, leastMs), MOST_MS);
}

/** `Retry-After` in milliseconds from now: seconds or a date (RFC 9110 10.2.3). Undefined when absent or senseless. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
