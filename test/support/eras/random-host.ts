// A host of either era that says what a seed has it say, and notes what breaks the rules of its era.
import type { Seeded } from "../clocks/seeded.ts";
import type { BridgeHost } from "../hosts/bridge-host.ts";
import type { Json } from "../hosts/rpc-text.ts";
import { META } from "../remotes/modern-server.ts";
import { modernMeta } from "./dialogue-scene.ts";
import { HostJudge } from "./host-judge.ts";
import { turn } from "./random-remote.ts";
import { isRequest, keyOf, LEVELS, objectIn } from "./rules.ts";
import { CAPABILITIES, METHODS } from "./words.ts";

const LISTEN = { toolsListChanged: true, resourceSubscriptions: ["u"], promptsListChanged: true };

export class RandomHost {
  readonly judge: HostJudge;
  /** It does not wait for its first answer: nobody has met the remote yet, and it may get what is not of its era. */
  isHasty = false;
  readonly #isModern: boolean;
  readonly #random: Seeded;
  readonly #host: BridgeHost;
  readonly #capabilities: Json;
  readonly #sent = new Map<string, Json>();
  #read = 0;
  #count = 0;
  #isReading = true;

  constructor(era: "legacy" | "modern", random: Seeded, host: BridgeHost) {
    this.#isModern = era === "modern";
    this.judge = new HostJudge(era, true);
    this.#random = random;
    this.#host = host;
    this.#capabilities = random.one(CAPABILITIES);
  }

  /** Greets, says so many things, and waits for every answer. */
  async run(steps: number): Promise<void> {
    void this.#listenTo();
    await this.#greet();
    for (let step = 0; step < steps; step += 1) {
      this.#step();
      for (let turns = this.#random.below(4); turns > 0; turns -= 1) await turn();
    }
    await this.#answered();
  }

  async #answered(): Promise<void> {
    while (this.judge.unanswered.length > 0 && this.#isReading) await turn();
  }

  /** Reads what came until the bridge has ended. */
  end(): void {
    this.#isReading = false;
    for (; this.#read < this.#host.lines.length; this.#read += 1) this.#heard();
  }

  async #listenTo(): Promise<void> {
    while (this.#isReading) {
      await this.#host.first(() => this.#host.lines.length > this.#read);
      for (; this.#read < this.#host.lines.length; this.#read += 1) this.#heard();
    }
  }

  async #greet(): Promise<void> {
    if (this.#isModern) {
      this.isHasty = this.#random.chance(0.3);
      if (this.isHasty) return;
      this.#ask(this.#random.one(METHODS), {});
    } else {
      const clientInfo = { name: "legacy-host", version: "1" };
      const params = { protocolVersion: "2025-11-25", capabilities: this.#capabilities, clientInfo };
      this.#say({ id: 0, method: "initialize", params });
    }
    await this.#answered();
    if (!this.#isModern) this.#say({ method: "notifications/initialized" });
  }

  #step(): void {
    const { one, below } = this.#random;
    const kind = below(10);
    if (kind === 0) this.#cancel();
    else if (kind === 1) this.#say({ method: one(["notifications/x", "notifications/roots/list_changed"]) });
    else if (!this.#isModern)
      this.#ask(one([...METHODS, "ping", "logging/setLevel", "resources/unsubscribe"]), {});
    else if (kind === 2) this.#ask("subscriptions/listen", { notifications: LISTEN });
    else this.#ask(one(METHODS), {});
  }

  #ask(method: string, more: Json): void {
    const { below, one, chance } = this.#random;
    this.#count += 1;
    const id = one<unknown>([this.#count, `é${this.#count}`]);
    const meta = {
      ...(chance(0.5) && { progressToken: `t${this.#count}`, traceparent: "00-1" }),
      ...(this.#isModern && chance(0.3) && { [`${META}logLevel`]: one(LEVELS) }),
    };
    const _meta = this.#isModern ? modernMeta(this.#capabilities, meta) : meta;
    const known = {
      name: "t",
      uri: "u",
      level: "info",
      arguments: { n: below(9) },
      ...(chance(0.2) && { task: {} }),
    };
    this.#say({ id, method, params: { ...known, ...more, _meta } });
  }

  #cancel(): void {
    const ids = [...this.judge.unanswered, ...this.judge.state.listens.keys()].filter((key) => key !== "0");
    if (ids.length === 0) return;
    this.#say({
      method: "notifications/cancelled",
      params: { requestId: JSON.parse(this.#random.one(ids)) as unknown },
    });
  }

  #say(message: Json): void {
    this.judge.said(message);
    if (isRequest(message)) this.#sent.set(keyOf(message.id), message);
    this.#host.send(message);
  }

  #heard(): void {
    const message = this.#host.lines[this.#read]?.json as Json;
    this.judge.heard(message);
    if (isRequest(message) && !this.#isModern) this.#answer(message);
    const { resultType, requestState, inputRequests } = objectIn(message, "result");
    const first = this.#sent.get(keyOf(message.id));
    // Not every host comes back.
    if (resultType !== "input_required" || first === undefined || this.#random.chance(0.1)) return;
    this.#count += 1;
    const keys = Object.keys(objectIn({ inputRequests }, "inputRequests"));
    const inputResponses = Object.fromEntries(keys.map((key) => [key, { action: "accept" }]));
    const params = { ...objectIn(first, "params"), inputResponses, requestState };
    this.#say({ id: this.#count, method: first.method, params });
  }

  #answer({ id }: Json): void {
    if (this.#random.chance(0.2)) this.#host.send({ id, error: { code: -1, message: "I will not" } });
    else this.#host.send({ id, result: { action: "accept", roots: [], role: "assistant" } });
  }
}
