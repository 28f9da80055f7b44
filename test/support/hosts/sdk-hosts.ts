// Official SDK clients as hosts, each starting the built program over stdio. They are told what a person would answer.
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as TransportV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { PROGRAM, programEnvironment } from "../project/program.ts";

export interface SdkHostOptions {
  readonly args: readonly string[];
  readonly configDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** v2 only: speaks 2026-07-28 where the other side does. Default: as hosts of 2025 do. */
  readonly modern?: boolean;
}

/** What the tests do with a host, whichever line it is of. */
export interface SdkHost {
  readonly line: "v1" | "v2";
  tools(): Promise<string[]>;
  /** Text of the answer. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  readResource(uri: string): Promise<string>;
  prompts(): Promise<string[]>;
  /** Resolves with the next `tools/list_changed`, asked for before it comes. */
  listChanged(): Promise<void>;
  stderr(): string;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number) => void;
}

const CAPABILITIES = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
const INFO = { name: "sdk-host", version: "1.0.0" };
const SAMPLED = {
  model: "none",
  role: "assistant" as const,
  content: { type: "text" as const, text: "forty-two" },
};
const ELICITED = { action: "accept" as const, content: { name: "Ada" } };
const ROOTS = { roots: [{ uri: "file:///home/ada", name: "home" }] };

/** Starts the program under the host of the given line, and shakes hands. Close it in `after`. */
export async function startSdkHost(line: "v1" | "v2", options: SdkHostOptions): Promise<SdkHost> {
  return line === "v1" ? startV1(options) : startV2(options);
}

export const SDK_LINES = ["v1", "v2"] as const;

function parameters(options: SdkHostOptions) {
  return {
    command: process.execPath,
    args: [PROGRAM, ...options.args, "--config-dir", options.configDir, "--store", "file"],
    env: programEnvironment(options.configDir, options.env),
    stderr: "pipe" as const,
  };
}

async function startV1(options: SdkHostOptions): Promise<SdkHost> {
  const transport = new TransportV1(parameters(options));
  const stderr = gather(transport.stderr as NodeJS.ReadableStream | null);
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  const changed = signalBox();
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.give());
  await client.connect(transport as unknown as Parameters<ClientV1["connect"]>[0]);
  return {
    line: "v1",
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, { signal, onProgress } = {}) =>
      textOf(
        await client.callTool({ name, arguments: args }, undefined, {
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
        }),
      ),
    readResource: async (uri) => textOf(await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    listChanged: changed.next,
    stderr,
    close: () => client.close(),
  };
}

async function startV2(options: SdkHostOptions): Promise<SdkHost> {
  const transport = new TransportV2(parameters(options));
  const stderr = gather(transport.stderr as NodeJS.ReadableStream | null);
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    ...(options.modern ? { versionNegotiation: { mode: "auto" as const } } : {}),
  });
  client.setRequestHandler("sampling/createMessage", () => SAMPLED);
  client.setRequestHandler("elicitation/create", () => ELICITED);
  client.setRequestHandler("roots/list", () => ROOTS);
  const changed = signalBox();
  client.setNotificationHandler("notifications/tools/list_changed", () => changed.give());
  await client.connect(transport);
  return {
    line: "v2",
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, { signal, onProgress } = {}) =>
      textOf(
        await client.callTool(
          { name, arguments: args },
          {
            ...(signal ? { signal } : {}),
            ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
          },
        ),
      ),
    readResource: async (uri) => textOf(await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    listChanged: changed.next,
    stderr,
    close: () => client.close(),
  };
}

function gather(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  return () => text;
}

function signalBox(): { give(): void; next(): Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    give() {
      for (const done of waiting) done();
      waiting = [];
    },
    next: () => new Promise<void>((done) => waiting.push(done)),
  };
}

/** Text of the first content of a result, wherever the kind of result keeps it. */
function textOf(result: unknown): string {
  const { content, contents } = result as { content?: unknown[]; contents?: unknown[] };
  const first = (content ?? contents ?? [])[0] as { text?: unknown } | undefined;
  return String(first?.text);
}
