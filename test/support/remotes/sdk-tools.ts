// What the official SDK servers of the tests offer, told once for both lines of the SDK.

import type { Occurrences } from "./sdk-remotes.ts";

/** The session of a call, as a tool needs it. */
export interface ToolSession {
  readonly signal: AbortSignal;
  readonly cancelled: Occurrences;
  readonly progressToken: string | number | undefined;
  /** A notification that belongs to this call. */
  notify(method: string, params: Record<string, unknown>): Promise<void>;
  /** A log message that belongs to this call. */
  log(level: "info" | "warning", text: string): Promise<void>;
  sample(text: string): Promise<string>;
  elicit(message: string): Promise<string>;
  /** Asks to open a page; the answer's action. */
  visit(url: string): Promise<string>;
  roots(): Promise<readonly string[]>;
  /** Lets the host deal with what it was sent. */
  settle(): Promise<unknown>;
  /** Adds the tool `late` to the list and says so. */
  changeTools(): Promise<void>;
  /** Says that the greeting is another one. */
  changeGreeting(): Promise<void>;
}

export interface ToolResult {
  content: { type: "text"; text: string }[];
  isError?: boolean;
  [key: string]: unknown;
}

export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true },
  prompts: {},
  completions: {},
  logging: {},
};

const OBJECT = { type: "object" as const };

export const TOOLS = [
  { name: "echo", description: "Says it back.", inputSchema: OBJECT },
  {
    name: "add",
    description: "Adds a and b.",
    inputSchema: { ...OBJECT, properties: { a: { type: "number" }, b: { type: "number" } } },
    annotations: { readOnlyHint: true, idempotentHint: true },
  },
  { name: "slow", description: "Three steps with progress, then waits until cancelled if asked to." },
  { name: "ask", description: "Asks the host: sampling, elicitation, a page to visit, or roots." },
  { name: "change", description: "Adds a tool to the list." },
  { name: "touch", description: "Changes the greeting." },
  { name: "log", description: "Writes a log message of each level." },
  { name: "large", description: "Answers with that many bytes." },
].map((tool) => ({ inputSchema: OBJECT, ...tool }));

export const LATE_TOOL = { name: "late", description: "Was not there before.", inputSchema: OBJECT };

export const GREETING = "test://greeting";
export const RESOURCES = [{ uri: GREETING, name: "greeting", mimeType: "text/plain" }];
export const PROMPTS = [{ name: "greet", description: "A greeting.", arguments: [{ name: "who" }] }];

/** Runs a tool. Unknown names answer with `isError`. */
export async function callTool(
  name: string,
  args: Record<string, unknown>,
  session: ToolSession,
): Promise<ToolResult> {
  switch (name) {
    case "echo":
      return text(JSON.stringify(args));
    case "add":
      return text(String(Number(args.a) + Number(args.b)));
    case "large":
      return text("x".repeat(Number(args.bytes)));
    case "slow":
      return slow(args, session);
    case "ask":
      return ask(String(args.what), session);
    case "change":
      await session.changeTools();
      return text("changed");
    case "touch":
      await session.changeGreeting();
      return text("touched");
    case "log":
      for (const level of ["info", "warning"] as const) await session.log(level, `a log message: ${level}`);
      await session.settle();
      return text("logged");
    case "late":
      return text("late");
    default:
      return { ...text(`no tool ${name}`), isError: true };
  }
}

async function slow(args: Record<string, unknown>, session: ToolSession): Promise<ToolResult> {
  const { signal, progressToken } = session;
  const cancelled = new Promise<never>((_, failed) => {
    const onAbort = (): void => failed(new Error("cancelled"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  cancelled.catch(() => undefined);
  for (const progress of [1, 2, 3]) {
    if (progressToken === undefined || signal.aborted) break;
    await session.notify("notifications/progress", { progressToken, progress, total: 3 });
    // SDK clients forget progress that comes in the same read as the result.
    if (args.wait !== true) await session.settle();
  }
  if (args.wait === true) await cancelled.finally(() => session.cancelled.add());
  return text("done");
}

async function ask(what: string, session: ToolSession): Promise<ToolResult> {
  if (what === "sampling") return text(await session.sample("What is the answer?"));
  if (what === "elicitation") return text(await session.elicit("Your name?"));
  if (what === "visit") return text(await session.visit("https://example.com/consent"));
  if (what === "roots") return text((await session.roots()).join(" "));
  return { ...text(`cannot ask for ${what}`), isError: true };
}

export function readResource(uri: string): { contents: { uri: string; text: string }[] } {
  return { contents: [{ uri, text: "Hello." }] };
}

/** Values for the argument of the prompt. */
export function complete(value: string): { completion: { values: string[] } } {
  return { completion: { values: ["Ada", "Alan", "Grace"].filter((name) => name.startsWith(value)) } };
}

export function getPrompt(args: Record<string, string> = {}): {
  messages: { role: "user"; content: { type: "text"; text: string } }[];
} {
  return { messages: [{ role: "user", content: { type: "text", text: `Greet ${args.who ?? "me"}.` } }] };
}

function text(value: string): ToolResult {
  return { content: [{ type: "text", text: value }] };
}
