// A server on standard input and output with sixty tools on three pages, to see what a host itself does with pages. Argument: a
// file for the methods it is asked.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isObject, type Json, rpcError } from "../../support/hosts/rpc-text.ts";
import { pagedTools, pageOf } from "./pages.ts";

function resultOf({ method, params }: Json): Json | undefined {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: isObject(params) ? params.protocolVersion : "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "paging", version: "1.0.0" },
      };
    case "ping":
      return {};
    case "tools/list":
      return pageOf(pagedTools(), params);
    default:
      return undefined;
  }
}

const asked = process.argv[2];
for await (const line of createInterface({ input: process.stdin })) {
  const message: unknown = JSON.parse(line);
  if (!isObject(message) || message.id === undefined) continue;
  if (asked !== undefined) appendFileSync(asked, `${String(message.method)}\n`);
  const result = resultOf(message);
  const answer =
    result === undefined
      ? rpcError(message.id, -32601, "Method not found")
      : { jsonrpc: "2.0", id: message.id, result };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
