// How each feature is carried where host and remote are of different eras: README's table.

interface Carried {
  /** A host of 2025 or older, a remote of 2026-07-28. */
  readonly toModern: string;
  /** A host of 2026-07-28, a remote of 2025 or older. */
  readonly toLegacy: string;
}

export const CARRIED = {
  tools: {
    toModern: "each request says who asks; `x-mcp-header` parameters become headers",
    toLegacy: "in a session that the bridge keeps",
  },
  progress: { toModern: "as it is", toLegacy: "as it is" },
  cancellation: {
    toModern: "closes the request's stream",
    toLegacy: "`notifications/cancelled` to the server",
  },
  resources: { toModern: "as they are", toLegacy: "as they are" },
  "resource subscriptions": {
    toModern: "one `subscriptions/listen` for all, kept open",
    toLegacy: "`resources/subscribe` and the session's stream",
  },
  prompts: { toModern: "as they are", toLegacy: "as they are" },
  completion: { toModern: "as it is", toLegacy: "as it is" },
  logging: {
    toModern: "the level goes with each request",
    toLegacy: "the level of a request is set before it",
  },
  sampling: {
    toModern: "a result that asks becomes a request to the host",
    toLegacy: "a request during a call becomes a result that asks",
  },
  "elicitation by form": { toModern: "the same", toLegacy: "the same" },
  "elicitation by page": { toModern: "the same", toLegacy: "the same" },
  roots: { toModern: "the same", toLegacy: "the same" },
  "list changes": {
    toModern: "from `subscriptions/listen`",
    toLegacy: "from the session's stream to those who listen",
  },
} satisfies Readonly<Record<string, Carried>>;

/** As Markdown. */
export function eraTable(): string {
  const rows = Object.entries(CARRIED).map(
    ([feature, { toModern, toLegacy }]) => `| ${feature} | ${toModern} | ${toLegacy} |`,
  );
  const head = "| | host of 2025, server of 2026-07-28 | host of 2026-07-28, server of 2025 |";
  return [head, "| --- | --- | --- |", ...rows].join("\n");
}
