// The scripted model of the job with real hosts: each API offers the tools, calls one, and brings its result back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ModelServer } from "../../real-hosts/model/model-server.ts";
import { isTool, signInScript } from "../../real-hosts/model/sign-in-script.ts";

const model = await ModelServer.start(signInScript);
after(() => model.server.close());

const TOOL = "mcp__remote__drawbridge_sign_in";
const RESULT = "Not signed in yet. Call this tool again.";

interface Api {
  readonly path: string;
  /** A request that offers `name`, after a call with `result` if there is one. */
  readonly body: (name: string, result?: string) => object;
}

const APIS: Readonly<Record<string, Api>> = {
  messages: {
    path: "/v1/messages",
    body: (name, result) => ({
      tools: [{ name }],
      messages: [
        { role: "user", content: "hello" },
        ...(result === undefined
          ? []
          : [
              { role: "assistant", content: [{ type: "tool_use", id: "1", name, input: {} }] },
              {
                role: "user",
                content: [
                  { type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: result }] },
                ],
              },
            ]),
      ],
    }),
  },
  "chat completions": {
    path: "/v1/chat/completions",
    body: (name, result) => ({
      tools: [{ type: "function", function: { name } }],
      messages: [
        { role: "user", content: "hello" },
        ...(result === undefined
          ? []
          : [
              { role: "assistant", tool_calls: [{ id: "1", function: { name, arguments: "{}" } }] },
              { role: "tool", tool_call_id: "1", content: result },
            ]),
      ],
    }),
  },
  responses: {
    path: "/v1/responses",
    body: (name, result) => ({
      tools: [{ type: "namespace", name: "remote", tools: [{ name }] }],
      input: [
        { role: "user", content: "hello" },
        ...(result === undefined
          ? []
          : [
              { type: "function_call", call_id: "1", name, arguments: "{}" },
              { type: "function_call_output", call_id: "1", output: result },
            ]),
      ],
    }),
  },
  generateContent: {
    path: "/v1beta/models/any:generateContent",
    body: (name, result) => ({
      tools: [{ functionDeclarations: [{ name }] }],
      contents: [
        { role: "user", parts: [{ text: "hello" }] },
        ...(result === undefined
          ? []
          : [{ role: "user", parts: [{ functionResponse: { name, response: { output: result } } }] }]),
      ],
    }),
  },
};

async function ask(path: string, body: object): Promise<string> {
  const answer = await fetch(model.server.origin + path, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return answer.text();
}

for (const [name, { path, body }] of Object.entries(APIS)) {
  for (const stream of [false, true]) {
    const place = stream ? path.replace(":generate", ":streamGenerate") : path;

    test(`${name}, ${stream ? "streamed" : "whole"}: the sign-in tool is called, and again when it says so`, async () => {
      assert.match(await ask(place, { ...body(TOOL), stream }), new RegExp(TOOL));
      assert.deepEqual(model.asked.at(-1)?.results, []);
      assert.match(await ask(place, { ...body(TOOL, RESULT), stream }), new RegExp(TOOL));
      assert.deepEqual(model.asked.at(-1)?.results, [{ tool: TOOL, text: RESULT }]);
      assert.equal(model.asked.at(-1)?.stream, stream);
    });

    test(`${name}, ${stream ? "streamed" : "whole"}: it reports when the sign-in is done`, async () => {
      const said = await ask(place, { ...body(TOOL, "This server is connected."), stream });
      assert.match(said, /The last result: This server is connected/);
    });
  }
}

test("a call names the namespace of its tool", async () => {
  assert.match(await ask("/v1/responses", APIS.responses?.body(TOOL) ?? {}), /"namespace":"remote"/);
});

test("a tool that is only named is loaded with the search tool, or called through another", async () => {
  const content = `Deferred tools:\n${TOOL}\n`;
  const search = { name: "ToolSearch" };
  const late = await ask("/v1/messages", { tools: [search], messages: [{ role: "user", content }] });
  assert.match(late, new RegExp(`"query":"select:${TOOL}"`));
  const tools = ["tool_search", "tool_call"].map((one) => ({ type: "function", function: { name: one } }));
  const through = await ask("/v1/chat/completions", { tools, messages: [{ role: "user", content }] });
  assert.match(through, new RegExp(String.raw`"name":"tool_call","arguments":"{\\"name\\":\\"${TOOL}`));
});

test("a tool is known by its last part alone", () => {
  for (const name of ["echo", "remote-echo", "mcp__remote__echo", "remote_echo"])
    assert.ok(isTool("echo", name));
  for (const name of ["nonecho", "echo_more", "recho"]) assert.ok(!isTool("echo", name));
});
