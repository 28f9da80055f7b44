// Gemini's API: `POST /v1beta/models/<model>:generateContent` and `:streamGenerateContent`.
import { EVENTS, JSON_BODY, type ModelApi, objects, stringOf } from "./turn.ts";

export const generateContent: ModelApi = {
  name: "generateContent",
  matches: (path) => /:(?:streamG|g)enerateContent$/.test(path),
  read(path, body) {
    const parts = objects(body.contents).flatMap((content) => objects(content.parts));
    return {
      tools: objects(body.tools)
        .flatMap((tool) => objects(tool.functionDeclarations))
        .map(({ name }) => ({ name: stringOf(name) })),
      results: parts
        .flatMap(({ functionResponse }) => objects([functionResponse]))
        .map(({ name, response }) => ({ tool: stringOf(name), text: resultText(response) })),
      stream: path.endsWith(":streamGenerateContent"),
    };
  },
  write(turn, { stream }) {
    const part =
      "say" in turn
        ? { text: turn.say }
        : { functionCall: { name: turn.call.name, args: turn.args }, thoughtSignature: "c2NyaXB0ZWQ=" };
    const answer = JSON.stringify({
      candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      modelVersion: "scripted",
    });
    return stream
      ? { contentType: EVENTS, body: `data: ${answer}\n\n` }
      : { contentType: JSON_BODY, body: answer };
  },
};

function resultText(response: unknown): string {
  const [{ output } = {}] = objects([response]);
  return typeof output === "string" ? output : JSON.stringify(response ?? null);
}
