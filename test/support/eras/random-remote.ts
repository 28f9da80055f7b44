// What remotes of both eras have in common that answer as a seed has it, and note what breaks the rules of theirs.
import type { Seeded } from "../clocks/seeded.ts";
import type { Json } from "../hosts/rpc-text.ts";
import type { MemoryAnswer, MemoryExchange, MemoryStream } from "../remotes/memory-http.ts";
import type { RemoteState } from "./remote-rules.ts";
import { newRemoteState } from "./remote-rules.ts";
import { breaches, keyOf, LEVELS, objectIn, type Rule } from "./rules.ts";

export const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
export const paramsOf = (message: Json): Json => objectIn(message, "params");
export const metaOf = (message: Json): Json => objectIn(paramsOf(message), "_meta");
export const notification = (method: string, params: Json): Json => ({
  method: `notifications/${method}`,
  params,
});
export const ACCEPTED: MemoryAnswer = { status: 202 };
export const UNKNOWN = ["x/unknown", "tasks/get", "resources/subscribe"];

export abstract class RandomRemote {
  readonly state = newRemoteState();
  readonly breaches: string[] = [];
  protected readonly random: Seeded;
  readonly #rules: readonly Rule<RemoteState>[];
  #count = 0;

  constructor(random: Seeded, rules: readonly Rule<RemoteState>[]) {
    this.random = random;
    this.#rules = rules;
  }

  readonly answer = async (exchange: MemoryExchange): Promise<MemoryAnswer> => {
    const { state, random } = this;
    const { method, headers, message } = exchange;
    Object.assign(state, { http: method, headers });
    this.breaches.push(...breaches(this.#rules, message, state));
    if (message.id !== undefined && message.method !== undefined) state.ids.add(keyOf(message.id));
    for (let turns = random.below(3); turns > 0; turns -= 1) await turn();
    return this.reply(exchange);
  };

  /** Says something outside of any request. */
  abstract speak(): void;
  protected abstract reply(exchange: MemoryExchange): MemoryAnswer;

  protected next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** What goes with an answer: progress, logs, and what nobody knows. */
  protected accompany(stream: MemoryStream, message: Json, level: unknown): void {
    const { progressToken } = metaOf(message);
    for (let count = this.random.below(3); count > 0; count -= 1) {
      if (progressToken !== undefined)
        stream.send(notification("progress", { progressToken, progress: this.next() }));
      const said = this.random.one(LEVELS);
      if (LEVELS.indexOf(said) >= LEVELS.indexOf(String(level)) && level !== undefined)
        stream.send(notification("message", { level: said, data: { a: 1 } }));
      if (this.random.chance(0.2)) stream.send(notification("x/y", { _meta: { traceparent: "t" } }));
    }
  }

  protected result({ method }: Json): Json {
    if (method === "tools/list") return { tools: [{ name: "t", inputSchema: { type: "object" } }] };
    return { content: [], x: this.next(), ...(this.random.chance(0.3) && { _meta: { "com.example/k": 1 } }) };
  }
}

export function error(id: unknown, code: number, message: string): Json {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
