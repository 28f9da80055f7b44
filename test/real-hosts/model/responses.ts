// OpenAI's Responses API: `POST /v1/responses`.
import {
  EVENTS,
  JSON_BODY,
  type ModelApi,
  type OfferedTool,
  objects,
  stringOf,
  type Turn,
  textOf,
} from "./turn.ts";

export const responses: ModelApi = {
  name: "responses",
  matches: (path) => path.endsWith("/responses"),
  read(_path, body) {
    const items = objects(body.input);
    const names = new Map(
      items
        .filter(({ type }) => type === "function_call")
        .map(({ call_id, name }) => [stringOf(call_id), stringOf(name)] as const),
    );
    return {
      tools: offered(body.tools),
      results: items
        .filter(({ type }) => type === "function_call_output")
        .map((item) => ({ tool: names.get(stringOf(item.call_id)) ?? "", text: textOf(item.output) })),
      stream: body.stream === true,
    };
  },
  write(turn, { stream }, id) {
    const response = (status: string, output: readonly object[]) => ({
      id: `resp_${id}`,
      object: "response",
      created_at: 1,
      status,
      model: "scripted",
      output,
      usage: USAGE,
      parallel_tool_calls: false,
      tool_choice: "auto",
      tools: [],
    });
    const item = outputItem(turn, id);
    if (!stream) return { contentType: JSON_BODY, body: JSON.stringify(response("completed", [item])) };
    const events = [
      { type: "response.created", response: response("in_progress", []) },
      { type: "response.output_item.added", output_index: 0, item: beginning(turn, item) },
      ...deltas(turn, id),
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: response("completed", [item]) },
    ];
    return {
      contentType: EVENTS,
      body: events
        .map((event, number) => ({ ...event, sequence_number: number }))
        .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
        .join(""),
    };
  },
};

const USAGE = {
  input_tokens: 1,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 1,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 2,
};

/** Functions, alone or inside the namespace of their server. */
function offered(tools: unknown): OfferedTool[] {
  return objects(tools).flatMap((tool) =>
    tool.type === "namespace"
      ? objects(tool.tools).map(({ name }) => ({ name: stringOf(name), namespace: stringOf(tool.name) }))
      : [{ name: stringOf(tool.name) }],
  );
}

function outputItem(turn: Turn, id: string): object {
  if ("say" in turn) {
    const content = [{ type: "output_text", text: turn.say, annotations: [] }];
    return { id: `msg_${id}`, type: "message", status: "completed", role: "assistant", content };
  }
  return {
    id: `fc_${id}`,
    type: "function_call",
    status: "completed",
    call_id: `call_${id}`,
    name: turn.call.name,
    ...(turn.call.namespace === undefined ? {} : { namespace: turn.call.namespace }),
    arguments: JSON.stringify(turn.args),
  };
}

function beginning(turn: Turn, item: object): object {
  return { ...item, status: "in_progress", ...("say" in turn ? { content: [] } : { arguments: "" }) };
}

function deltas(turn: Turn, id: string) {
  if (!("say" in turn)) {
    const json = JSON.stringify(turn.args);
    const place = { item_id: `fc_${id}`, output_index: 0 };
    return [
      { type: "response.function_call_arguments.delta", ...place, delta: json },
      { type: "response.function_call_arguments.done", ...place, arguments: json },
    ];
  }
  const place = { item_id: `msg_${id}`, output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: "output_text", text, annotations: [] });
  return [
    { type: "response.content_part.added", ...place, part: part("") },
    { type: "response.output_text.delta", ...place, delta: turn.say },
    { type: "response.output_text.done", ...place, text: turn.say },
    { type: "response.content_part.done", ...place, part: part(turn.say) },
  ];
}
