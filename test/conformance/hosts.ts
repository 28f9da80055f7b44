// A host of either era, as far as a run needs one.
import { randomUUID } from "node:crypto";
import type { Message, StdioHost } from "../support/hosts/stdio-host.ts";
import { META, MODERN } from "../support/remotes/modern-server.ts";
import { filled, type Schema } from "./filled.ts";

export type Era = "legacy" | "modern";

/** What the host does in a run. */
export interface Host {
  /** The first exchange; undefined where the server did not tell what it has. */
  capabilities(): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Sends a request and gives its last answer; what the server asks meanwhile is answered. */
  request(method: string, params: object): Promise<Message>;
}

const WAIT_MS = 60_000;
const LEGACY = "2025-11-25";
const CLIENT = { name: "conformance-host", version: "1.0.0" };
const CAPABILITIES = { elicitation: { form: {} }, sampling: {}, roots: {} };
const UNSUPPORTED_VERSION = -32022;
/** Rounds of questions before a request is given up. */
const MOST_ROUNDS = 5;

/** @param errors where the errors of the first exchange go */
export function hostOf(era: Era, program: StdioHost, errors: string[]): Host {
  return era === "modern" ? new ModernHost(program, errors) : new LegacyHost(program, errors);
}

/** Shakes hands, and is asked by requests of the server. */
class LegacyHost implements Host {
  readonly #program: StdioHost;
  readonly #errors: string[];

  constructor(program: StdioHost, errors: string[]) {
    this.#program = program;
    this.#errors = errors;
    const answer = ({ id, method, params }: Message): false => {
      if (method !== undefined && id !== undefined)
        program.send({ jsonrpc: "2.0", id, result: resultFor(method, params) });
      return false;
    };
    program.message(answer, "end of the run", 10 * WAIT_MS).catch(() => {}); // it ends with the program
  }

  async capabilities(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const hello = { protocolVersion: LEGACY, clientInfo: CLIENT, capabilities: CAPABILITIES };
    const { error, result } = await this.request("initialize", hello);
    if (error !== undefined) this.#errors.push(`initialize: ${JSON.stringify(error)}`);
    if (result === undefined) return undefined;
    this.#program.notify("notifications/initialized");
    return (result.capabilities ?? {}) as Readonly<Record<string, unknown>>;
  }

  request(method: string, params: object): Promise<Message> {
    return this.#program.request(method, params, WAIT_MS);
  }
}

/** Says with each request who it is, and is asked by results (2026-07-28, basic/patterns/mrtr). */
class ModernHost implements Host {
  readonly #program: StdioHost;
  readonly #errors: string[];

  constructor(program: StdioHost, errors: string[]) {
    this.#program = program;
    this.#errors = errors;
  }

  async capabilities(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { error, result } = await this.request("server/discover", {});
    if (error !== undefined) this.#errors.push(`server/discover: ${JSON.stringify(error)}`);
    return result && ((result.capabilities ?? {}) as Readonly<Record<string, unknown>>);
  }

  async request(method: string, params: object): Promise<Message> {
    let answer = await this.#ask(method, params);
    // The version of the host is among those that the server says it speaks.
    const { code, data } = (answer.error ?? {}) as { code?: number; data?: { supported?: unknown } };
    const { supported } = data ?? {};
    if (code === UNSUPPORTED_VERSION && Array.isArray(supported) && supported.includes(MODERN))
      answer = await this.#ask(method, params);
    for (let round = 0; answer.result?.resultType === "input_required" && round < MOST_ROUNDS; round += 1) {
      const { inputRequests = {}, requestState } = answer.result as {
        inputRequests?: Record<string, { method: string; params?: Record<string, unknown> }>;
        requestState?: string;
      };
      const inputResponses = Object.fromEntries(
        Object.entries(inputRequests).map(([key, asked]) => [key, resultFor(asked.method, asked.params)]),
      );
      const state = requestState === undefined ? {} : { requestState };
      answer = await this.#ask(method, { ...params, inputResponses, ...state });
    }
    return answer;
  }

  #ask(method: string, params: object): Promise<Message> {
    const id = randomUUID();
    const _meta = {
      [`${META}protocolVersion`]: MODERN,
      [`${META}clientInfo`]: CLIENT,
      [`${META}clientCapabilities`]: CAPABILITIES,
    };
    this.#program.send({ jsonrpc: "2.0", id, method, params: { ...params, _meta } });
    return this.#program.answer(id, WAIT_MS);
  }
}

/** What a person says who takes every default. */
function resultFor(method: string, params: Record<string, unknown> | undefined): object {
  if (method === "elicitation/create")
    return { action: "accept", content: filled((params?.requestedSchema ?? { type: "object" }) as Schema) };
  if (method === "sampling/createMessage")
    return { role: "assistant", model: "none", content: { type: "text", text: "Hello." } };
  if (method === "roots/list") return { roots: [] };
  return {};
}
