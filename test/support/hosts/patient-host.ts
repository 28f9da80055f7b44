// What a host does that does not give up while somebody signs in, or another process is busy.
import type { Message, StdioHost } from "./stdio-host.ts";

const RETRIABLE: readonly unknown[] = [
  "AUTH_SIGN_IN_REQUIRED",
  "LOCAL_BUSY",
  "AUTH_REFRESH_FAILED",
  "NETWORK_TIMEOUT",
];

/** Initializes and calls a tool until it is answered, as a patient host. */
export async function connected(bridge: StdioHost, deadlineMs = 30_000): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  const left = () => Math.max(1, endsAt - performance.now());
  if (!bridge.messages.some(({ result }) => result !== undefined && "protocolVersion" in result)) {
    const clientInfo = { name: "test-host", version: "1.0.0" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const answer = await bridge.request("initialize", params, left());
    if (answer.error !== undefined) throw new Error(`initialize: ${JSON.stringify(answer.error)}`);
    bridge.notify("notifications/initialized");
  }
  for (;;) {
    const answer = await bridge.request("tools/call", { name: "echo", arguments: { hello: 1 } }, left());
    if (answer.result !== undefined) return;
    if (!RETRIABLE.includes(answer.error?.data?.code))
      throw new Error(`call: ${JSON.stringify(answer.error)}`);
  }
}

/** Sends `count` calls at once. */
export function calls(bridge: StdioHost, count: number, deadlineMs = 30_000): Promise<Message[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      bridge.request("tools/call", { name: "echo", arguments: { index } }, deadlineMs),
    ),
  );
}
