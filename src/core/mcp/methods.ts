// What the bridge knows of the protocol's methods: one row each, and nowhere else. A method without a row passes as it is.

export interface MethodFacts {
  /** Sent twice, it changes nothing more at the remote (NET-3). Of `tools/call` the tool's annotations decide. */
  readonly safe?: true;
  /** Sent by timers of the host and not for its person, so it opens no browser (AUTH-11). */
  readonly background?: true;
  /** Somebody asks for it by hand; everything else hosts do by themselves, over and over. */
  readonly deliberate?: true;
  /** Takes as long as it takes: the host has a limit of its own (NET-8). */
  readonly unlimited?: true;
  /** Names nothing that a remote could say something about: an error speaks of the remote or the session (NET-2). */
  readonly namesNothing?: true;
  /** What follows waits until it was answered. */
  readonly first?: true;
  /** Speaks of one request in one session, and means nothing in the next. */
  readonly ofOneSession?: true;
  /** Its result holds a list that is worth remembering. */
  readonly list?: {
    readonly member: "tools" | "prompts" | "resources" | "resourceTemplates";
    /** The notification that says that the list is another one now. */
    readonly changed: string;
  };
  /** Stays open for as long as somebody wants it: nobody waits for its answer. */
  readonly standing?: true;
  /** A modern remote says how long its result may be kept (2026-07-28, utilities/caching). */
  readonly cacheable?: true;
  /** Absent: both. Legacy revisions have a handshake and sessions, modern ones (2026-07-28 on) have neither. */
  readonly era?: "legacy" | "modern";
}

const RESOURCES_CHANGED = "notifications/resources/list_changed";

const METHODS = {
  initialize: { safe: true, era: "legacy" },
  "notifications/initialized": { safe: true, first: true, era: "legacy" },
  "server/discover": { safe: true, cacheable: true, era: "modern" },
  ping: { safe: true, background: true, namesNothing: true, era: "legacy" },
  "tools/list": {
    safe: true,
    cacheable: true,
    list: { member: "tools", changed: "notifications/tools/list_changed" },
  },
  "tools/call": { unlimited: true, deliberate: true },
  "prompts/list": {
    safe: true,
    cacheable: true,
    list: { member: "prompts", changed: "notifications/prompts/list_changed" },
  },
  "prompts/get": { safe: true, deliberate: true },
  "resources/list": {
    safe: true,
    cacheable: true,
    list: { member: "resources", changed: RESOURCES_CHANGED },
  },
  "resources/templates/list": {
    safe: true,
    cacheable: true,
    list: { member: "resourceTemplates", changed: RESOURCES_CHANGED },
  },
  "resources/read": { safe: true, cacheable: true, deliberate: true },
  "resources/subscribe": { safe: true, era: "legacy" },
  "resources/unsubscribe": { safe: true, era: "legacy" },
  "subscriptions/listen": { safe: true, unlimited: true, standing: true, era: "modern" },
  "completion/complete": { safe: true },
  "tasks/get": { safe: true },
  "tasks/list": { safe: true, namesNothing: true },
  // Answered when the task is done, as the call itself would be.
  "tasks/result": { safe: true, unlimited: true },
  "logging/setLevel": { safe: true, namesNothing: true, era: "legacy" },
  "notifications/cancelled": { safe: true, ofOneSession: true },
  "notifications/progress": { ofOneSession: true },
  "notifications/roots/list_changed": { safe: true, era: "legacy" },
} as const satisfies Readonly<Record<string, MethodFacts>>;

type Methods = typeof METHODS;

/** Methods whose results are remembered. */
export type ListMethod = {
  [Name in keyof Methods]: Methods[Name] extends { list: object } ? Name : never;
}[keyof Methods];

const NOTHING: MethodFacts = {};

export function methodFacts(method: string): MethodFacts {
  return Object.hasOwn(METHODS, method) ? METHODS[method as keyof Methods] : NOTHING;
}

export function isKnownMethod(method: string): boolean {
  return methodFacts(method) !== NOTHING;
}

/** @param operation method and name, such as `tools/call:delete` */
export function isDeliberate(operation: string): boolean {
  return methodFacts(operation.replace(/:.*/s, "")).deliberate === true;
}

export function isListMethod(method: string): method is ListMethod {
  return methodFacts(method).list !== undefined;
}

/** Where a list goes on; undefined: it does not. Some remotes write null or an empty text for that. */
export function asCursor(nextCursor: unknown): string | undefined {
  return typeof nextCursor === "string" && nextCursor !== "" ? nextCursor : undefined;
}

export function listFacts(method: ListMethod): NonNullable<MethodFacts["list"]> {
  return METHODS[method].list;
}
