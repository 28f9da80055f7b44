// The ways in which a scripted remote fails, and the answers of those that take only one.
import { event, type Json, rpcError } from "../hosts/rpc-text.ts";
import type { Answer, ScriptedServer } from "./scripted-server.ts";

/** What goes wrong with one message. */
export const FAULTS = [
  /** The connection is cut before the message is looked at. */
  "reset-before",
  /** The message is carried out, then the connection is cut. */
  "reset-after",
  /** Headers and half of a JSON answer, then the connection is cut. */
  "truncated-json",
  "not-json",
  "html",
  "empty-200",
  "accepted-202",
  "foreign-id",
  "wrong-typed-id",
  "error-without-code",
  "answered-twice",
  /** An event stream that ends, or breaks, before the answer; without and with event ids. */
  "sse-ends",
  "sse-breaks",
  "sse-ends-resumable",
  "sse-breaks-resumable",
  "session-404",
  "session-400",
  "unauthorized",
  "forbidden",
  "error-500",
  "gateway-502",
  "busy-503",
  "busy-503-seconds",
  "busy-429-date",
  "redirect-away",
  "redirect-same",
  "slow-headers",
  /** The other end is gone without a word: neither this nor a ping is answered. */
  "half-open",
] as const;

export type Fault = (typeof FAULTS)[number];

/** Answers that say no, or nothing. */
export function refusal(fault: Fault, id: unknown): Answer {
  const json = { "content-type": "application/json" };
  switch (fault) {
    case "session-404":
      return { status: 404, body: rpcError(id, -32001, "Session not found") };
    case "session-400":
      return { status: 400, body: rpcError(null, -32000, "Bad Request: No valid session ID provided") };
    case "unauthorized":
      return { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } };
    case "forbidden":
      return { status: 403, body: "no" };
    case "error-500":
      return { status: 500, headers: json, body: '{"message":"broken"}' };
    case "gateway-502":
      return { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" };
    case "busy-503":
      return { status: 503 };
    case "busy-503-seconds":
      return { status: 503, headers: { "retry-after": "1" } };
    case "busy-429-date":
      return { status: 429, headers: { "retry-after": new Date(Date.now() + 1_000).toUTCString() } };
    case "redirect-away":
      return { status: 307, headers: { location: "http://127.0.0.1:1/elsewhere" } };
    case "redirect-same":
      return { status: 307, headers: { location: "/mcp/moved" } };
    default:
      throw new Error(`no such fault: ${fault}`);
  }
}

/** An event stream with this text, which then ends or breaks. */
export function eventsOf(text: string, end: "end" | "break" = "end"): Answer {
  return {
    take: (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (end === "end") response.end(text);
      else response.write(text, () => request.socket.destroy());
    },
  };
}

/** One message that meets a fault. */
export interface FaultSite {
  readonly id: unknown;
  /** Does what the message asks for. */
  carryOut(): Json | Promise<Json>;
  /** An event whose id leads to the answer later on, where the remote has such. */
  keep(answer: Json): string;
  readonly silence: Silence;
}

export async function faultyAnswer(
  fault: Fault,
  { id, carryOut, keep, silence }: FaultSite,
): Promise<Answer> {
  switch (fault) {
    case "reset-before":
      return { reset: true };
    case "reset-after":
      await carryOut();
      return { reset: true };
    case "truncated-json":
      return { body: await carryOut(), reset: "mid-body" };
    case "not-json":
      return { headers: { "content-type": "application/json" }, body: "{oops" };
    case "html":
      return { headers: { "content-type": "text/html" }, body: "<html>hello</html>" };
    case "empty-200":
      return { headers: { "content-type": "application/json" }, body: "" };
    case "accepted-202":
      return { status: 202 };
    case "foreign-id":
      return { body: { ...(await carryOut()), id: "nobody-asked" } };
    case "wrong-typed-id":
      return { body: { ...(await carryOut()), id: { an: "object" } } };
    case "error-without-code":
      return { body: { jsonrpc: "2.0", id, error: { oops: true } } };
    case "answered-twice":
      return eventsOf(event(await carryOut()) + event({ jsonrpc: "2.0", id, result: { second: true } }));
    case "sse-ends":
      return eventsOf(": nothing\n\n");
    case "sse-breaks":
      return eventsOf(`: ${"x".repeat(100)}\n\n`, "break");
    case "sse-ends-resumable":
      return eventsOf(keep(await carryOut()));
    case "sse-breaks-resumable":
      return eventsOf(keep(await carryOut()), "break");
    case "half-open":
      return silence.begin();
    default:
      return refusal(fault, id);
  }
}

/** Messages that nobody will ever answer; while a connection waits for one, nothing that asks whether somebody is there is answered. */
export class Silence {
  readonly #server: ScriptedServer;
  #count = 0;

  constructor(server: ScriptedServer) {
    this.#server = server;
  }

  get isOn(): boolean {
    return this.#count > 0;
  }

  begin(): Answer {
    this.#count += 1;
    this.#server.acceptsConnections = false;
    return { take: (_request, response) => void response.once("close", () => this.#leave()) };
  }

  end(): void {
    this.#count = 0;
    this.#server.acceptsConnections = true;
  }

  #leave(): void {
    this.#count = Math.max(0, this.#count - 1);
    if (this.#count === 0) this.#server.acceptsConnections = true;
  }
}
