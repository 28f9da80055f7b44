// A remote of 2026-07-28.
import type { Seeded } from "../clocks/seeded.ts";
import type { Json } from "../hosts/rpc-text.ts";
import type { MemoryAnswer, MemoryExchange, MemoryStream } from "../remotes/memory-http.ts";
import { META, MODERN } from "../remotes/modern-server.ts";
import { ACCEPTED, error, metaOf, notification, paramsOf, RandomRemote, UNKNOWN } from "./random-remote.ts";
import { MODERN_REMOTE } from "./remote-rules.ts";
import { CACHEABLE, CARRIES_QUESTIONS, isDeclared, keyOf, objectIn } from "./rules.ts";
import { CHANGES, OFFER, QUESTIONS } from "./words.ts";

export class RandomModernRemote extends RandomRemote {
  readonly #listens = new Map<string, { stream: MemoryStream; filter: Json; id: unknown }>();
  readonly #rounds = new Map<unknown, number>();

  constructor(random: Seeded) {
    super(random, MODERN_REMOTE);
  }

  speak(): void {
    const method = this.random.one(CHANGES);
    for (const { stream, filter, id } of this.#listens.values())
      if (CHANGE_FILTERS[method] !== undefined && CHANGE_FILTERS[method] in filter)
        stream.send(notification(method, { uri: "u", _meta: { [`${META}subscriptionId`]: id } }));
  }

  protected reply({ message }: MemoryExchange): MemoryAnswer {
    const { id, method } = message;
    if (method === undefined || id === undefined) return ACCEPTED;
    if (method === "initialize" || metaOf(message)[`${META}protocolVersion`] === undefined) {
      const data = { supported: [MODERN] };
      return {
        status: 400,
        json: { ...error(id, -32022, "Unsupported"), error: { code: -32022, message: "no", data } },
      };
    }
    this.state.isMet = true;
    if (method === "server/discover")
      return { status: 200, json: this.#complete(message, { supportedVersions: [MODERN], ...OFFER }) };
    if (method === "subscriptions/listen")
      return { status: 200, events: (stream) => this.#listen(stream, message) };
    if (UNKNOWN.includes(String(method))) return { status: 404, json: error(id, -32601, "Method not found") };
    const answer = this.#result(message);
    if (this.random.chance(0.3)) return { status: 200, json: answer };
    return {
      status: 200,
      events: (stream) => {
        this.accompany(stream, message, metaOf(message)[`${META}logLevel`]);
        stream.send(answer);
        stream.end();
      },
    };
  }

  #complete(message: Json, result: Json): Json {
    const hints = CACHEABLE.includes(String(message.method)) ? { ttlMs: 1_000, cacheScope: "public" } : {};
    const _meta = { ...objectIn(result, "_meta"), [`${META}serverInfo`]: { name: "m", version: "1" } };
    return { jsonrpc: "2.0", id: message.id, result: { resultType: "complete", ...result, ...hints, _meta } };
  }

  #result(message: Json): Json {
    const { random } = this;
    const declared = objectIn(metaOf(message), `${META}clientCapabilities`);
    const questions = QUESTIONS.filter((question) => isDeclared(question, declared) && random.chance(0.4));
    const rounds = (this.#rounds.get(paramsOf(message).requestState) ?? 0) + 1;
    const isAsking = CARRIES_QUESTIONS.includes(String(message.method)) && rounds < 4 && random.chance(0.6);
    if (!isAsking || questions.length === 0) {
      if (random.chance(0.2)) return error(message.id, random.one([-32602, -32021, 7]), "No");
      return this.#complete(message, {
        ...this.result(message),
        structuredContent: random.one<unknown>([{}, [1], 2]),
      });
    }
    const requestState = `state-${this.next()}`;
    this.state.states.add(requestState);
    this.#rounds.set(requestState, rounds);
    const inputRequests = Object.fromEntries(questions.map((question, at) => [`k${at}`, question]));
    return {
      jsonrpc: "2.0",
      id: message.id,
      result: { resultType: "input_required", inputRequests, requestState },
    };
  }

  #listen(stream: MemoryStream, message: Json): void {
    const { id } = message;
    const filter = objectIn(paramsOf(message), "notifications");
    const params = { notifications: filter, _meta: { [`${META}subscriptionId`]: id } };
    stream.send(notification("subscriptions/acknowledged", params));
    this.#listens.set(keyOf(id), { stream, filter, id });
    stream.onClose(() => this.#listens.delete(keyOf(id)));
  }
}

const CHANGE_FILTERS: Readonly<Record<string, string>> = {
  "tools/list_changed": "toolsListChanged",
  "prompts/list_changed": "promptsListChanged",
  "resources/list_changed": "resourcesListChanged",
  "resources/updated": "resourceSubscriptions",
};
