import type { HttpClient } from "../../core/ports/http.ts";

/** The first answer's clock, and how long that answer took. */
export interface FirstAnswer {
  ms?: number;
  status?: number;
  /** How far the other side's clock is ahead; a `Date` header has whole seconds. */
  aheadMs?: number;
}

/** `http`, which notes its first answer in `first`. */
export function watchedHttp(
  http: HttpClient,
  clock: { nowMs(): number; monotonicMs(): number },
  first: FirstAnswer,
): HttpClient {
  return {
    async send(request) {
      const startedMs = clock.monotonicMs();
      const response = await http.send(request);
      if (first.ms === undefined) {
        first.ms = Math.round(clock.monotonicMs() - startedMs);
        first.status = response.status;
        const theirs = Date.parse(response.headerValues("date")[0] ?? "");
        if (!Number.isNaN(theirs)) first.aheadMs = theirs - clock.nowMs();
      }
      return response;
    },
    dropConnections: () => http.dropConnections(),
    close: () => undefined,
  };
}
