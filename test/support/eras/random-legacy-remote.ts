// A remote of 2025 that needs a session.
import type { Seeded } from "../clocks/seeded.ts";
import type { Json } from "../hosts/rpc-text.ts";
import type { MemoryAnswer, MemoryExchange, MemoryStream } from "../remotes/memory-http.ts";
import { ACCEPTED, error, notification, paramsOf, RandomRemote, UNKNOWN } from "./random-remote.ts";
import { LEGACY_REMOTE } from "./remote-rules.ts";
import { keyOf, LEVELS } from "./rules.ts";
import { CHANGES, OFFER, QUESTIONS } from "./words.ts";

export class RandomLegacyRemote extends RandomRemote {
  #stream: MemoryStream | undefined;
  #level: unknown;
  /** Continues the call that asked. */
  readonly #waiting = new Map<string, () => void>();

  constructor(random: Seeded) {
    super(random, LEGACY_REMOTE);
  }

  speak(): void {
    const { random } = this;
    const message = random.one<() => Json>([
      () => notification(random.one(CHANGES), { uri: random.one(["u", "v"]) }),
      () => notification("message", { level: random.one(LEVELS), data: 1 }),
      () => notification("tasks/status", { taskId: "t" }),
      () => notification("elicitation/complete", { elicitationId: "e" }),
      () => this.#ask(random.one(QUESTIONS), () => undefined),
    ])();
    this.#stream?.send(message);
  }

  #ask(question: Json, then: () => void): Json {
    const id = this.random.one<unknown>([`q${this.next()}`, this.next()]);
    this.state.asked.add(keyOf(id));
    this.#waiting.set(keyOf(id), then);
    return { id, ...question };
  }

  protected reply({ method, headers, message }: MemoryExchange): MemoryAnswer {
    if (method === "DELETE") return { status: 200 };
    if (method === "GET") return { status: 200, events: (stream) => this.#open(stream) };
    if (message.method === undefined) return this.#onAnswer(message);
    if (message.id === undefined) return ACCEPTED;
    const { id } = message;
    if (message.method === "initialize") {
      this.state.isMet = true;
      this.state.sessions.add("s");
      const said = { protocolVersion: "2025-11-25", serverInfo: { name: "r", version: "1" }, ...OFFER };
      return { status: 200, headers: { "mcp-session-id": "s" }, json: { jsonrpc: "2.0", id, result: said } };
    }
    if (!this.state.sessions.has(headers["mcp-session-id"] ?? ""))
      return { status: 400, json: error(null, -32000, "Bad Request: No valid session ID provided") };
    if (message.method === "logging/setLevel") this.#level = paramsOf(message).level;
    if (
      ["logging/setLevel", "resources/subscribe", "resources/unsubscribe", "ping"].includes(
        String(message.method),
      )
    )
      return { status: 200, json: { jsonrpc: "2.0", id, result: {} } };
    if (UNKNOWN.includes(String(message.method)))
      return { status: 200, json: error(id, -32601, "Method not found") };
    return { status: 200, events: (stream) => this.#call(stream, message) };
  }

  #open(stream: MemoryStream): void {
    this.#stream = stream;
  }

  #onAnswer(message: Json): MemoryAnswer {
    this.state.asked.delete(keyOf(message.id));
    const then = this.#waiting.get(keyOf(message.id));
    this.#waiting.delete(keyOf(message.id));
    setImmediate(() => then?.());
    return ACCEPTED;
  }

  #call(stream: MemoryStream, message: Json): void {
    const { random } = this;
    this.accompany(stream, message, this.#level);
    const end = (): void => {
      this.accompany(stream, message, this.#level);
      const { id } = message;
      if (random.chance(0.2)) stream.send(error(id, random.one([-32002, -32042, -32022, 7]), "No"));
      else stream.send({ id, result: this.result(message) });
      stream.end();
    };
    if (random.chance(0.5)) stream.send(this.#ask(random.one(QUESTIONS), end));
    else end();
  }
}
