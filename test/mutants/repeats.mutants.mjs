// Faults in how soon and how often something is repeated.

/** @type {readonly { id: string, what: string, file: string, from: string, to: string }[]} */
export default [
  {
    id: "NET-5",
    what: "a pause has no floor",
    file: "src/core/pause.ts",
    from: "Math.max(askedMs ?? 0, leastMs)",
    to: "(askedMs ?? 0)",
  },
  {
    id: "NET-5",
    what: "the pauses of Retry-After do not grow",
    file: "src/bridge/sending/retry-policy.ts",
    from: "pauseMs(waitMs, tries.attempts - 1)",
    to: "pauseMs(waitMs, 0)",
  },
  {
    id: "NET-4",
    what: "streams that end at once are opened without growing pauses",
    file: "src/bridge/connecting/server-stream.ts",
    from: "pauseMs(this.#retryMs ?? 1_000, this.#short - 1, POLL_MS)",
    to: "pauseMs(this.#retryMs ?? 1_000, 0, POLL_MS)",
  },
  {
    id: "NET-4",
    what: "a refused stream is asked for as soon as the remote says",
    file: "src/bridge/connecting/server-stream.ts",
    from: "pauseMs(waitMs, this.#failures - 1)",
    to: "waitMs",
  },
  {
    id: "AUTH-11",
    what: "every call opens one more tab",
    file: "src/auth/sign-in/browser/browser-sign-in.ts",
    from: "earlierMs.length >= MOST_TABS && !isByPerson(signInRequest)",
    to: "earlierMs.length >= 1_000 + MOST_TABS && !isByPerson(signInRequest)",
  },
  {
    id: "AUTH-11",
    what: "tabs of long ago keep the browser closed",
    file: "src/auth/sign-in/sign-in-request.ts",
    from: "atMs <= nowMs && nowMs - atMs < TAB_WINDOW_MS",
    to: "atMs <= nowMs",
  },
];
