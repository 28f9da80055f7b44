// A modern host's side of the bridge and a legacy remote, message by message and without any I/O.

import type { DialogueContext, Effect } from "../../../src/bridge/era/effects.ts";
import { HostDialogue } from "../../../src/bridge/era/host-dialogue.ts";
import type { Message, NotificationMessage, RequestMessage } from "../../../src/core/mcp/message.ts";
import { readMessage } from "../../../src/core/mcp/message.ts";
import { isObject, type Json } from "../hosts/rpc-text.ts";
import { META, MODERN } from "../remotes/modern-server.ts";

export function messageOf(text: string | Json): Message {
  const found = readMessage(Buffer.from(typeof text === "string" ? text : JSON.stringify(text)));
  if (found.kind === "unreadable" || found.kind === "batch") throw new TypeError(`not a message: ${text}`);
  return found;
}

export function requestOf(text: string | Json): RequestMessage {
  const message = messageOf(text);
  if (message.kind !== "request") throw new TypeError("not a request");
  return message;
}

export const jsonOf = ({ bytes }: Pick<Message, "bytes">): Json => JSON.parse(bytes.toString("utf8"));

/** What every request of 2026-07-28 says of itself. */
export const modernMeta = (capabilities: Json = {}, more: Json = {}): Json => ({
  [`${META}protocolVersion`]: MODERN,
  [`${META}clientInfo`]: { name: "modern-host", version: "1" },
  [`${META}clientCapabilities`]: capabilities,
  ...more,
});

export interface ModernAsk {
  readonly id: unknown;
  readonly capabilities?: Json;
  /** More members of `_meta`. */
  readonly meta?: Json;
  /** The line as the host writes it. */
  readonly written?: (text: string) => string;
}

const same = (text: string): string => text;

/** The dialogue, and what it said to both sides. */
export class DialogueScene {
  readonly dialogue: HostDialogue;
  /** To the host. */
  readonly heard: Json[] = [];
  /** To the remote, in legacy words. */
  readonly told: Json[] = [];
  /** The last of them as it was written. */
  lastText = "";
  nowMs = 0;
  #count = 0;

  /** @param capabilities of the remote. @param offered those of the host */
  constructor(capabilities: Json = {}, offered: Json = {}) {
    const context: DialogueContext = {
      nextId: () => requestOf(`{"jsonrpc":"2.0","id":"own-${this.#next()}","method":"x"}`).id,
      newState: () => `state-${this.#next()}`,
      nowMs: () => this.nowMs,
    };
    this.dialogue = new HostDialogue(context);
    this.ask("server/discover", {}, { id: "first", capabilities: offered });
    const [initialize] = this.told;
    const result = { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "r", version: "1" } };
    this.answer(initialize?.id, { result });
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** A request of the host. */
  ask(method: string, params: Json, { id, capabilities = {}, meta = {}, written = same }: ModernAsk): void {
    const given = { ...params, _meta: modernMeta(capabilities, meta) };
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: given });
    this.act(this.dialogue.request(requestOf(written(text))));
  }

  /** The remote's answer to what it was told under that id. */
  answer(id: unknown, answer: Json): void {
    const message = messageOf({ jsonrpc: "2.0", id, ...answer });
    if (message.kind !== "response") throw new TypeError("not a response");
    this.act(this.dialogue.answered(message.id.key, message));
  }

  /** @param asked id of the request with whose answer it comes; undefined: on the session's stream */
  say(message: string | Json, asked?: unknown): void {
    const found = messageOf(message) as RequestMessage | NotificationMessage;
    const key =
      asked === undefined ? undefined : requestOf({ jsonrpc: "2.0", id: asked, method: "x" }).id.key;
    this.act(this.dialogue.fromRemote(found, key));
  }

  act(effects: readonly Effect[]): void {
    for (const { to, message } of effects) {
      (to === "host" ? this.heard : this.told).push(jsonOf(message));
      if (to === "host") this.lastText = message.bytes.toString("utf8");
    }
  }

  /** The id under which the remote got the last request of that method. */
  idOf(method: string): unknown {
    return this.told.findLast((one) => one.method === method)?.id;
  }

  /** What the host heard last. */
  get last(): Json {
    return this.heard.at(-1) ?? {};
  }

  get lastResult(): Json {
    return isObject(this.last.result) ? this.last.result : {};
  }
}
