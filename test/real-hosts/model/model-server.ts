// A model on loopback that answers from a script, over the four APIs that the hosts speak, and writes down what each
// request offers it. Nothing here reaches a real model.
import { isObject } from "../../support/hosts/rpc-text.ts";
import { type Answer, type Exchange, ScriptedServer } from "../../support/remotes/scripted-server.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { chatCompletions } from "./chat-completions.ts";
import { generateContent } from "./generate-content.ts";
import { responses } from "./responses.ts";
import type { Conversation } from "./sign-in-script.ts";
import type { Turn } from "./turn.ts";

const APIS = [anthropicMessages, chatCompletions, responses, generateContent];

export interface AskedModel extends Conversation {
  readonly atMs: number;
  readonly turn: Turn;
}

export class ModelServer {
  /** Every request that held a conversation, in order. */
  readonly asked: AskedModel[] = [];
  readonly server: ScriptedServer;
  readonly #script: (request: Conversation) => Turn;

  private constructor(script: (request: Conversation) => Turn) {
    this.#script = script;
    this.server = new ScriptedServer({
      route: (method, url) => `${method} ${url.pathname}`,
      answer: (exchange) => this.#answer(exchange),
    });
  }

  /** Close it with `server.close()`. */
  static async start(script: (request: Conversation) => Turn): Promise<ModelServer> {
    const model = new ModelServer(script);
    await model.server.listen();
    return model;
  }

  #answer({ method, url, json, number, body: text }: Exchange): Answer {
    const api = APIS.find((one) => method === "POST" && one.matches(url.pathname));
    if (api === undefined || !isObject(json)) return besides(url.pathname);
    // Hosts that load tools late name them in what they say, by server and tool.
    const named = [...new Set(text.match(/mcp__\w+__\w+/g))];
    const request = { ...api.read(url.pathname, json), named };
    const turn = this.#script(request);
    this.asked.push({ ...request, turn, atMs: performance.now() });
    const { contentType, body } = api.write(turn, request, String(number));
    const delayMs = "call" in turn ? (turn.thinkMs ?? 0) : 0;
    return { headers: { "content-type": contentType }, body, delayMs };
  }
}

/** What hosts ask besides: which models there are, how many tokens a text has. Anything else is not there. */
function besides(path: string): Answer {
  if (path.endsWith("/models"))
    return { body: { object: "list", data: [{ id: "scripted", object: "model" }] } };
  if (path.endsWith("/models/scripted")) return { body: { id: "scripted", object: "model" } };
  if (path.endsWith("count_tokens")) return { body: { input_tokens: 1 } };
  if (path.endsWith(":countTokens")) return { body: { totalTokens: 1 } };
  return { status: 404, body: { error: { message: "not found" } } };
}
