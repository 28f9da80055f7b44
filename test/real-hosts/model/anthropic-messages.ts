// Anthropic's Messages API: `POST /v1/messages`.
import {
  EVENTS,
  JSON_BODY,
  type ModelApi,
  type ModelRequest,
  objects,
  stringOf,
  type Turn,
  textOf,
} from "./turn.ts";

export const anthropicMessages: ModelApi = {
  name: "messages",
  matches: (path) => path.endsWith("/messages"),
  read(_path, body) {
    const blocks = objects(body.messages).flatMap(({ content }) => objects(content));
    const names = new Map(
      blocks
        .filter(({ type }) => type === "tool_use")
        .map(({ id, name }) => [stringOf(id), stringOf(name)] as const),
    );
    return {
      tools: objects(body.tools).map(({ name }) => ({ name: stringOf(name) })),
      results: blocks
        .filter(({ type }) => type === "tool_result")
        .map((block) => ({
          tool: names.get(stringOf(block.tool_use_id)) ?? "",
          text: textOf(block.content),
        })),
      stream: body.stream === true,
    };
  },
  write(turn, request, id) {
    return request.stream
      ? { contentType: EVENTS, body: events(turn, id) }
      : { contentType: JSON_BODY, body: JSON.stringify(whole(turn, request, id)) };
  },
};

const USAGE = { input_tokens: 1, output_tokens: 1 };

function message(id: string) {
  return { id: `msg_${id}`, type: "message", role: "assistant", model: "scripted", usage: USAGE };
}

function stopReason(turn: Turn): string {
  return "say" in turn ? "end_turn" : "tool_use";
}

function whole(turn: Turn, _request: ModelRequest, id: string) {
  const block =
    "say" in turn
      ? { type: "text", text: turn.say }
      : { type: "tool_use", id: `toolu_${id}`, name: turn.call.name, input: turn.args };
  return { ...message(id), content: [block], stop_reason: stopReason(turn), stop_sequence: null };
}

function events(turn: Turn, id: string): string {
  const [block, delta] =
    "say" in turn
      ? [
          { type: "text", text: "" },
          { type: "text_delta", text: turn.say },
        ]
      : [
          { type: "tool_use", id: `toolu_${id}`, name: turn.call.name, input: {} },
          { type: "input_json_delta", partial_json: JSON.stringify(turn.args) },
        ];
  return [
    {
      type: "message_start",
      message: { ...message(id), content: [], stop_reason: null, stop_sequence: null },
    },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(turn), stop_sequence: null },
      usage: { output_tokens: 1 },
    },
    { type: "message_stop" },
  ]
    .map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
    .join("");
}
