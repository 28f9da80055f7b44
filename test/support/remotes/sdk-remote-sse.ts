// A remote of the transport before streamable HTTP, HTTP+SSE, on the official SDK's first line.
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import express from "express";
import { createServerV1 } from "./sdk-remote-v1.ts";
import { listen, Occurrences, type SdkRemote } from "./sdk-remotes.ts";

/** Starts it on loopback. Close it in `after`. */
export async function startSdkRemoteSse(): Promise<SdkRemote> {
  const sessions = new Map<string, SSEServerTransport>();
  const seen: string[] = [];
  const cancelled = new Occurrences();
  const app = express();
  app.use(express.json({ limit: "100mb" }));
  app.get("/sse", (_request, response, next) => {
    seen.push("GET");
    const transport = new SSEServerTransport("/messages", response);
    sessions.set(transport.sessionId, transport);
    response.once("close", () => sessions.delete(transport.sessionId));
    createServerV1(cancelled).connect(transport).catch(next);
  });
  app.post("/messages", (request, response, next) => {
    seen.push(String((request.body as { method?: unknown }).method ?? ""));
    const transport = sessions.get(String(request.query.sessionId));
    if (transport === undefined) response.status(404).end();
    else transport.handlePostMessage(request, response, request.body).catch(next);
  });
  const close = async (): Promise<void> => {
    for (const transport of sessions.values()) await transport.close();
  };
  return listen(app, { seen, sessions, cancelled, close }, { path: "/sse" });
}
