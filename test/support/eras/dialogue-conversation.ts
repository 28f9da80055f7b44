// One conversation of a modern host with a legacy remote over the dialogue, step by step, as a seed has it.
import type { Effect } from "../../../src/bridge/era/effects.ts";
import { HostDialogue } from "../../../src/bridge/era/host-dialogue.ts";
import type { NotificationMessage, RequestMessage, ResponseMessage } from "../../../src/core/mcp/message.ts";
import type { Seeded } from "../clocks/seeded.ts";
import type { Json } from "../hosts/rpc-text.ts";
import { META } from "../remotes/modern-server.ts";
import { jsonOf, messageOf, modernMeta, requestOf } from "./dialogue-scene.ts";
import { HostJudge } from "./host-judge.ts";
import { oddMeta, oddValue, written } from "./odd-json.ts";
import { LEGACY_REMOTE, newRemoteState } from "./remote-rules.ts";
import { breaches, isRequest, keyOf, LEVELS, objectIn } from "./rules.ts";
import { CAPABILITIES, CHANGES, METHODS, NASTY, OFFER, QUESTIONS } from "./words.ts";

const MET = { http: "POST", headers: { "mcp-session-id": "s" }, isMet: true, sessions: new Set(["s"]) };

export class DialogueConversation {
  readonly judge = new HostJudge("modern");
  readonly remote = { ...newRemoteState(), ...MET };
  readonly #random: Seeded;
  readonly #dialogue: HostDialogue;
  /** What the remote has not answered, and what the host is to send again. */
  readonly #open = new Map<string, Json>();
  #again: { first: Json; result: Json }[] = [];
  /** What the host sent, by the id. */
  readonly #sent = new Map<string, Json>();
  #nowMs = 0;
  #count = 0;

  constructor(random: Seeded) {
    this.#random = random;
    this.#dialogue = new HostDialogue({
      nextId: () => requestOf({ jsonrpc: "2.0", id: `own-${this.#next()}`, method: "x" }).id,
      newState: () => `state-${this.#next()}`,
      nowMs: () => this.#nowMs,
    });
  }

  step(): void {
    const acts = [
      () => this.#ask(),
      () => this.#ask(),
      () => this.#listen(),
      () => this.#sendAgain(),
      () => this.#sendAgain(),
      () => this.#cancel(),
      () => this.#answer(),
      () => this.#answer(),
      () => this.#question(),
      () => this.#question(),
      () => this.#notify(),
      () => this.#notify(),
      () => this.#wait(),
    ];
    this.#random.one(acts)();
  }

  /** Everything that is open comes to its end. */
  end(): void {
    while (this.#open.size + this.#again.length > 0) {
      while (this.#open.size > 0) this.#answer();
      if (this.#again.length > 0) this.#sendAgain(true);
    }
    this.#act(this.#dialogue.end());
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #ask(): void {
    const { below, one, chance } = this.#random;
    const meta = {
      ...(chance(0.5) && { progressToken: one<unknown>([`t${this.#next()}`, this.#next()]) }),
      ...(chance(0.3) && { [`${META}logLevel`]: one(LEVELS) }),
      ...(JSON.parse(written(oddMeta(this.#random)).replaceAll("1e400", "1")) as Json),
    };
    const params = { name: "t", uri: "u", arguments: { n: below(9) }, ...(chance(0.2) && { task: {} }) };
    this.#say(one(METHODS), { ...params, _meta: modernMeta(one(CAPABILITIES), meta) });
  }

  #listen(): void {
    const notifications = {
      toolsListChanged: true,
      resourceSubscriptions: ["u", "v"],
      promptsListChanged: true,
    };
    const wanted = Object.entries(notifications).filter(() => this.#random.chance(0.6));
    this.#say("subscriptions/listen", { notifications: Object.fromEntries(wanted), _meta: modernMeta() });
  }

  /** With its answers, some of them, or for another call. */
  #sendAgain(isHonest = this.#random.chance(0.7)): void {
    const [next] = this.#again.splice(this.#random.below(this.#again.length), 1);
    if (next === undefined) return;
    const { first, result } = next;
    const keys = Object.keys(objectIn(result, "inputRequests"));
    const given = isHonest ? keys : keys.filter(() => this.#random.chance(0.5));
    const inputResponses = Object.fromEntries(given.map((key) => [key, { action: "accept" }]));
    const isOther = !isHonest && this.#random.chance(0.3);
    const params = { ...objectIn(first, "params"), ...(isOther && { name: "other" }) };
    // Its state is good all the same.
    if (isOther) this.#again.push(next);
    this.#say(String(first.method), { ...params, inputResponses, requestState: result.requestState });
  }

  #say(method: string, params: Json): void {
    const request = {
      jsonrpc: "2.0",
      id: this.#random.one<unknown>([this.#next(), `é${this.#next()}`]),
      method,
      params,
    };
    this.#sent.set(keyOf(request.id), request);
    this.judge.said(request);
    this.#act(this.#dialogue.request(requestOf(request)));
  }

  #cancel(): void {
    const ids = [...this.judge.state.open.keys(), ...this.judge.state.listens.keys()];
    if (ids.length === 0) return;
    const requestId: unknown = JSON.parse(this.#random.one(ids));
    const message = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } };
    this.judge.said(message);
    this.#act(this.#dialogue.cancel((messageOf(message) as NotificationMessage).requestId?.key ?? "") ?? []);
  }

  #answer(): void {
    const ids = [...this.#open.keys()];
    if (ids.length === 0) return;
    const key = this.#random.one(ids);
    const asked = this.#open.get(key) ?? {};
    this.#open.delete(key);
    const { one, chance } = this.#random;
    const error = { code: one([-32002, -32042, -32022, -32601, 7]), message: "No", data: this.#errorData() };
    const result = {
      ...(chance(0.3) && { resultType: "task", _meta: {}, ttlMs: -1 }),
      x: oddValue(this.#random),
    };
    const answer =
      asked.method === "initialize"
        ? { result: { protocolVersion: "2025-11-25", serverInfo: { name: "r", version: "1" }, ...OFFER } }
        : chance(0.3)
          ? { error }
          : { result };
    const message = messageOf({ jsonrpc: "2.0", id: asked.id, ...answer }) as ResponseMessage;
    this.#act(this.#dialogue.answered(message.id.key, message));
  }

  #errorData(): Json {
    const elicitations = [{ mode: "url", url: "https://x.test", elicitationId: "e", message: "Go" }];
    return this.#random.chance(0.5) ? { elicitations } : {};
  }

  #question(): void {
    const id = this.#random.one<unknown>([`q${this.#next()}`, this.#next()]);
    this.remote.asked.add(keyOf(id));
    this.#fromRemote({ id, ...this.#random.one(QUESTIONS) });
  }

  #notify(): void {
    const { one, chance } = this.#random;
    const tokens = [...this.judge.state.open.values()].map(({ meta }) => meta.progressToken);
    const kind = one(["progress", "log", "change", "nasty", "unknown", "withdraw"]);
    const say = (method: string, params: Json): void =>
      this.#fromRemote({ method: `notifications/${method}`, params });
    if (kind === "progress")
      say("progress", { progressToken: chance(0.2) ? "nobody's" : one(["x", ...tokens]), progress: 1 });
    else if (kind === "log") say("message", { level: one(LEVELS), data: 1 });
    else if (kind === "change")
      say(one(CHANGES), { uri: one(["u", "u/1", "w"]), _meta: { traceparent: "t" } });
    else if (kind === "nasty") say(one(NASTY), { requestId: "x", _meta: { [`${META}subscriptionId`]: 1 } });
    else if (kind === "unknown") say("x/y", { a: 1 });
    else say("cancelled", { requestId: JSON.parse(one(["1", ...this.remote.asked])) as unknown });
  }

  #fromRemote(message: Json): void {
    const ids = [...this.#open.values()].map(
      ({ id }) => requestOf({ jsonrpc: "2.0", id, method: "x" }).id.key,
    );
    const key = this.#random.chance(0.5) && ids.length > 0 ? this.#random.one(ids) : undefined;
    const found = messageOf({ jsonrpc: "2.0", ...message }) as RequestMessage | NotificationMessage;
    this.#act(this.#dialogue.fromRemote(found, key));
  }

  #wait(): void {
    this.#nowMs += this.#random.chance(0.1) ? 700_000 : 1_000;
    this.#act(this.#dialogue.expire());
  }

  #act(effects: readonly Effect[]): void {
    for (const { to, message } of effects) {
      const json = jsonOf(message);
      if (to === "host") this.#onHost(json);
      else this.#onRemote(json);
    }
  }

  #onHost(message: Json): void {
    this.judge.heard(message);
    const first = this.#sent.get(keyOf(message.id));
    const result = objectIn(message, "result");
    if (first !== undefined && result.resultType === "input_required") this.#again.push({ first, result });
  }

  #onRemote(message: Json): void {
    this.judge.breaches.push(...breaches(LEGACY_REMOTE, message, this.remote));
    if (isRequest(message)) {
      this.remote.ids.add(keyOf(message.id));
      this.#open.set(keyOf(message.id), message);
    } else if (message.method === undefined) this.remote.asked.delete(keyOf(message.id));
    else if (message.method === "notifications/cancelled")
      this.#open.delete(keyOf(objectIn(message, "params").requestId));
  }
}
