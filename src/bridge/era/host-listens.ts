// The listens of a modern host before a legacy remote: what each wants to hear, and the resources that the remote has to be
// subscribed to for them (2026-07-28, patterns/subscriptions). Pure.

import {
  isObject,
  type JsonObject,
  type MessageId,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { editNotification, notificationMessage, resultMessage } from "./edit-message.ts";
import { META } from "./modern-meta.ts";
import { RawObject } from "./raw-object.ts";

interface Listen {
  readonly id: MessageId;
  readonly filter: JsonObject;
  readonly uris: readonly string[];
}

const FILTERS = [
  ["toolsListChanged", "tools", "notifications/tools/list_changed"],
  ["promptsListChanged", "prompts", "notifications/prompts/list_changed"],
  ["resourcesListChanged", "resources", "notifications/resources/list_changed"],
] as const;
/** Addresses that one listen may name. */
const MAX_URIS = 1_000;

export class HostListens {
  readonly #open = new Map<string, Listen>();

  /**
   * @param capabilities of the remote
   * @returns what the host hears first, and the addresses that nobody had wanted yet
   */
  open(
    { id, value: { params } }: RequestMessage,
    capabilities: JsonObject,
  ): { readonly acknowledged: NotificationMessage; readonly subscribe: readonly string[] } {
    const asked = isObject(params) && isObject(params.notifications) ? params.notifications : {};
    const filter: Record<string, unknown> = {};
    for (const [name, kind] of FILTERS)
      if (asked[name] === true && has(capabilities, kind, "listChanged")) filter[name] = true;
    const wanted = Array.isArray(asked.resourceSubscriptions) ? asked.resourceSubscriptions : [];
    const uris = has(capabilities, "resources", "subscribe")
      ? [...new Set(wanted.filter((one) => typeof one === "string"))].slice(0, MAX_URIS)
      : [];
    if (uris.length > 0) filter.resourceSubscriptions = uris;
    const subscribe = uris.filter((uri) => !this.#isWanted(uri));
    this.#open.set(id.key, { id, filter, uris });
    const body = new RawObject().set("notifications", JSON.stringify(filter));
    const acknowledged = notificationMessage("notifications/subscriptions/acknowledged", body.toBuffer());
    return { acknowledged: tagged(acknowledged, id), subscribe };
  }

  /** @returns the addresses that nobody wants any more; undefined: there is no such listen */
  close(key: string): readonly string[] | undefined {
    const listen = this.#open.get(key);
    this.#open.delete(key);
    return listen?.uris.filter((uri) => !this.#isWanted(uri));
  }

  /** The notification for each listen that wants it; undefined: it is none of those that go there. */
  told(message: NotificationMessage): readonly NotificationMessage[] | undefined {
    const wants = wantsOf(message);
    return wants && [...this.#open.values()].filter(wants).map(({ id }) => tagged(message, id));
  }

  /** The bridge ends: each gets its one answer. */
  end(): readonly ResponseMessage[] {
    const answers = [...this.#open.values()].map(({ id }) => {
      const meta = JSON.stringify({ resultType: "complete" });
      const result = new RawObject(Buffer.from(meta));
      return resultMessage(
        id,
        result.setObject("_meta", new RawObject().set(META.subscriptionId, id.raw)).toBuffer(),
      );
    });
    this.#open.clear();
    return answers;
  }

  #isWanted(uri: string): boolean {
    return [...this.#open.values()].some(({ uris }) => uris.includes(uri));
  }
}

function wantsOf({ method, value }: NotificationMessage): ((listen: Listen) => boolean) | undefined {
  if (method === "notifications/resources/updated") {
    const uri = value.param("uri");
    return ({ uris }) => uri !== undefined && uris.some((one) => uri === one || uri.startsWith(`${one}/`));
  }
  const row = FILTERS.find(([, , changed]) => changed === method);
  return row && (({ filter }) => filter[row[0]] === true);
}

function has(capabilities: JsonObject, kind: string, member: string): boolean {
  const one = capabilities[kind];
  return isObject(one) && one[member] === true;
}

function tagged(message: NotificationMessage, id: MessageId): NotificationMessage {
  return editNotification(message, (top) => {
    const params = top.object("params");
    params.set("_meta", params.object("_meta").set(META.subscriptionId, id.raw).toBuffer());
    top.set("params", params.toBuffer());
  });
}
