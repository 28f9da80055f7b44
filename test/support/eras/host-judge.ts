// Listens to one host, and notes what breaks the rules of its era.
import type { Json } from "../hosts/rpc-text.ts";
import { META } from "../remotes/modern-server.ts";
import { ACKNOWLEDGED, type HostState, LEGACY_HOST, MODERN_HOST } from "./host-rules.ts";
import { breaches, isRequest, keyOf, objectIn, type Rule } from "./rules.ts";

const paramsOf = (message: Json): Json => objectIn(message, "params");
const metaOf = (message: Json): Json => objectIn(paramsOf(message), "_meta");

/** One host: what it asked, and the breaches of what it was told. */
export class HostJudge {
  readonly state: HostState = { open: new Map(), listens: new Map(), capabilities: {} };
  readonly breaches: string[] = [];
  readonly #cancelled = new Set<string>();
  readonly #mayCross: boolean;
  readonly #rules: readonly Rule<HostState>[];

  /** @param mayCross what the host hears may have been on its way when it cancelled something */
  constructor(era: "legacy" | "modern", mayCross = false) {
    this.#mayCross = mayCross;
    this.#rules = era === "legacy" ? LEGACY_HOST : MODERN_HOST;
  }

  /** A message of the host. */
  said(message: Json): void {
    const { open, listens } = this.state;
    const { method, id } = message;
    if (method === "initialize") this.state.capabilities = objectIn(paramsOf(message), "capabilities");
    if (method === "subscriptions/listen")
      listens.set(keyOf(id), { filter: objectIn(paramsOf(message), "notifications"), isOpen: false });
    else if (isRequest(message)) open.set(keyOf(id), { method: String(method), meta: metaOf(message) });
    if (method !== "notifications/cancelled") return;
    const key = keyOf(paramsOf(message).requestId);
    this.#cancelled.add(key);
    if (this.#mayCross) return;
    open.delete(key);
    listens.delete(key);
  }

  /** Ids of requests that must be answered, as JSON text. */
  get unanswered(): string[] {
    return [...this.state.open.keys()].filter((key) => !this.#cancelled.has(key));
  }

  /** A message to the host. */
  heard(message: Json): void {
    const { open, listens } = this.state;
    this.breaches.push(...breaches(this.#rules, message, this.state));
    if (message.method === undefined) {
      open.delete(keyOf(message.id));
      listens.delete(keyOf(message.id));
    }
    const listen = listens.get(keyOf(metaOf(message)[`${META}subscriptionId`]));
    if (message.method === ACKNOWLEDGED && listen) listen.isOpen = true;
  }
}
