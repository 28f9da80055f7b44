// The official client's current line (`@modelcontextprotocol/client`) as a host of either era.
import { Client, LOG_LEVEL_META_KEY } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
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
import type { CallOptions, SdkHost } from "./sdk-host.ts";

type Options = NonNullable<ConstructorParameters<typeof Client>[1]>;

/** @param isModern it settles on 2026-07-28, and is told of changes by what it listens to */
export async function startSdkHostV2(
  parameters: SdkParameters,
  negotiation: Options,
  isModern: boolean,
): Promise<SdkHost> {
  const transport = new StdioClientTransport(parameters);
  const stderr = gather(transport.stderr as NodeJS.ReadableStream | null);
  const client = new Client(INFO, { capabilities: CAPABILITIES, ...negotiation });
  const visited: string[] = [];
  const logged: unknown[] = [];
  const tools = new Bell();
  const resources = new Bell();
  client.setRequestHandler("sampling/createMessage", () => SAMPLED);
  client.setRequestHandler("elicitation/create", ({ params }) => elicited(visited, params));
  client.setRequestHandler("roots/list", () => ROOTS);
  client.setNotificationHandler("notifications/tools/list_changed", () => tools.ring());
  client.setNotificationHandler("notifications/resources/updated", () => resources.ring());
  client.setNotificationHandler("notifications/message", ({ params }) => void logged.push(params.data));
  await client.connect(transport);
  const call = async (
    name: string,
    args: Record<string, unknown> = {},
    { signal, onProgress }: CallOptions = {},
    meta?: Record<string, unknown>,
  ): Promise<string> =>
    textOf(
      await client.callTool(
        { name, arguments: args, ...(meta ? { _meta: meta } : {}) },
        {
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {}),
        },
      ),
    );
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args, options) => call(name, args, options),
    readResource: async (uri) => textOf(await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async complete(prompt, argument, value) {
      const ref = { type: "ref/prompt" as const, name: prompt };
      return (await client.complete({ ref, argument: { name: argument, value } })).completion.values;
    },
    async watchTools() {
      if (isModern) await client.listen({ toolsListChanged: true });
      return { happened: tools.next() };
    },
    async watchResource(uri) {
      if (isModern) await client.listen({ resourceSubscriptions: [uri] });
      else await client.subscribeResource({ uri });
      return { happened: resources.next() };
    },
    async callLogged(name, level) {
      if (!isModern) await client.setLoggingLevel(level);
      logged.length = 0;
      await call(name, {}, {}, isModern ? { [LOG_LEVEL_META_KEY]: level } : undefined);
      return [...logged];
    },
    visited,
    revision: () => client.getNegotiatedProtocolVersion(),
    stderr,
    close: () => client.close(),
  };
}
