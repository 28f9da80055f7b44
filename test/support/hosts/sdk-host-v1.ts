// The official client's first line (`@modelcontextprotocol/sdk`) as a host.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import {
  Bell,
  CAPABILITIES,
  elicited,
  gather,
  INFO,
  ROOTS,
  SAMPLED,
  type SdkParameters,
  textOf,
} from "./sdk-answers.ts";
import type { SdkHost } from "./sdk-host.ts";

export async function startSdkHostV1(parameters: SdkParameters): Promise<SdkHost> {
  const transport = new StdioClientTransport(parameters);
  const stderr = gather(transport.stderr as NodeJS.ReadableStream | null);
  const client = new Client(INFO, { capabilities: CAPABILITIES });
  const visited: string[] = [];
  const logged: unknown[] = [];
  const tools = new Bell();
  const resources = new Bell();
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicited(visited, params));
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => tools.ring());
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => resources.ring());
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void logged.push(params.data),
  );
  await client.connect(transport as unknown as Parameters<Client["connect"]>[0]);
  const call: SdkHost["call"] = async (name, args = {}, { signal, onProgress } = {}) =>
    textOf(
      await client.callTool({ name, arguments: args }, undefined, {
        ...(signal ? { signal } : {}),
        ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
      }),
    );
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call,
    readResource: async (uri) => textOf(await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async complete(prompt, argument, value) {
      const ref = { type: "ref/prompt" as const, name: prompt };
      return (await client.complete({ ref, argument: { name: argument, value } })).completion.values;
    },
    watchTools: async () => ({ happened: tools.next() }),
    async watchResource(uri) {
      await client.subscribeResource({ uri });
      return { happened: resources.next() };
    },
    async callLogged(name, level) {
      await client.setLoggingLevel(level);
      logged.length = 0;
      await call(name);
      return [...logged];
    },
    visited,
    revision: () => "2025-11-25",
    stderr,
    close: () => client.close(),
  };
}
