// OpenAI's Chat Completions API: `POST /v1/chat/completions`.
import {
  EVENTS,
  JSON_BODY,
  type ModelApi,
  meantBy,
  objects,
  parsed,
  stringOf,
  type Turn,
  textOf,
} from "./turn.ts";

export const chatCompletions: ModelApi = {
  name: "chat completions",
  matches: (path) => path.endsWith("/chat/completions"),
  read(_path, body) {
    const messages = objects(body.messages);
    const names = new Map(
      messages
        .flatMap(({ tool_calls }) => objects(tool_calls))
        .map((call) => [stringOf(call.id), meant(call)] as const),
    );
    return {
      tools: objects(body.tools).map((tool) => ({ name: functionName(tool) })),
      results: messages
        .filter(({ role }) => role === "tool")
        .map((one) => ({ tool: names.get(stringOf(one.tool_call_id)) ?? "", text: textOf(one.content) })),
      stream: body.stream === true,
    };
  },
  write(turn, { stream }, id) {
    if (!stream) return { contentType: JSON_BODY, body: JSON.stringify(whole(turn, id)) };
    const parts = [
      part(id, "say" in turn ? { role: "assistant", content: turn.say } : { role: "assistant" }),
      ...("say" in turn
        ? []
        : [part(id, { tool_calls: toolCalls(turn, id).map((call) => ({ index: 0, ...call })) })]),
      part(id, {}, finishReason(turn)),
      { ...part(id, {}), choices: [], usage: USAGE },
    ];
    const lines = [...parts.map((one) => JSON.stringify(one)), "[DONE]"];
    return { contentType: EVENTS, body: lines.map((line) => `data: ${line}\n\n`).join("") };
  },
};

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function meant(call: Readonly<Record<string, unknown>>): string {
  const args = stringOf(objects([call.function])[0]?.arguments);
  return meantBy(functionName(call), parsed(args));
}

function functionName({ function: named }: Readonly<Record<string, unknown>>): string {
  return stringOf(objects([named])[0]?.name);
}

function head(id: string, object: string) {
  return { id: `chatcmpl-${id}`, object, created: 1, model: "scripted" };
}

function part(id: string, delta: object, finish: string | null = null) {
  return { ...head(id, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finish }] };
}

function finishReason(turn: Turn): string {
  return "say" in turn ? "stop" : "tool_calls";
}

function toolCalls(turn: Turn, id: string) {
  if ("say" in turn) return [];
  const called = { name: turn.call.name, arguments: JSON.stringify(turn.args) };
  return [{ id: `call_${id}`, type: "function", function: called }];
}

function whole(turn: Turn, id: string) {
  const message =
    "say" in turn
      ? { role: "assistant", content: turn.say }
      : { role: "assistant", content: null, tool_calls: toolCalls(turn, id) };
  const choice = { index: 0, message, finish_reason: finishReason(turn) };
  return { ...head(id, "chat.completion"), choices: [choice], usage: USAGE };
}
