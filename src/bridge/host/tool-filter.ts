// `--ignore-tool`, `--allow-tool`, `--read-only` (LIFE-7): what the host may neither see nor call.

import { scanArray, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { errorAnswer, resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { ToolFilter as ToolFilterSettings } from "../../core/settings.ts";
import { Glob } from "../../core/text/glob.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { calledTool } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";

const RESULT = new Set(["result"]);
const TOOLS = new Set(["tools"]);

export class ToolFilter implements MessageHandler {
  readonly #readOnly: boolean;
  readonly #isReadOnly: (tool: string) => boolean;
  readonly #ignore: readonly Glob[];
  readonly #allow: readonly Glob[] | undefined;
  /** False: every tool passes, and lists are not touched. */
  readonly #active: boolean;

  /** @param isReadOnly knows the last list */
  constructor(settings: ToolFilterSettings, isReadOnly: (tool: string) => boolean) {
    this.#readOnly = settings.readOnly;
    this.#isReadOnly = isReadOnly;
    this.#ignore = settings.ignore.map((glob) => new Glob(glob));
    this.#allow = settings.allow?.map((glob) => new Glob(glob));
    this.#active = this.#ignore.length > 0 || this.#allow !== undefined || settings.readOnly;
  }

  onRequest(request: RequestMessage, pending: PendingRequest): boolean {
    const tool = calledTool(request);
    if (tool === undefined || this.permits(tool)) return false;
    const text = "This tool is hidden by --ignore-tool, --allow-tool or --read-only.";
    pending.answer(errorAnswer(request.id, -32602, text));
    return true;
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    return this.#active && request.method === "tools/list" ? this.#edit(response) : bytes;
  }

  /** May a tool of this name be called? */
  permits(name: string): boolean {
    return this.#permitsName(name) && (!this.#readOnly || this.#isReadOnly(name));
  }

  /** A result of `tools/list` without the tools that are hidden. */
  editResult(result: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return this.#active && Array.isArray(result.tools)
      ? { ...result, tools: result.tools.filter((tool) => this.#shows(tool)) }
      : result;
  }

  #permitsName(name: string): boolean {
    if (this.#ignore.some((pattern) => pattern.test(name))) return false;
    return this.#allow === undefined || this.#allow.some((pattern) => pattern.test(name));
  }

  #shows(tool: unknown): boolean {
    if (!isObject(tool) || typeof tool.name !== "string") return false;
    const { annotations } = tool;
    const readOnly = isObject(annotations) && annotations.readOnlyHint === true;
    return this.#permitsName(tool.name) && (readOnly || !this.#readOnly);
  }

  /** The bytes of an answer without the tools that are hidden. Kept ones stay byte for byte. */
  #edit(response: ResponseMessage): Buffer {
    const { bytes } = response;
    const { result } = response.value;
    if (!isObject(result) || !Array.isArray(result.tools)) return bytes;
    const top = scanObject(bytes, skipBlank(bytes, 0), RESULT);
    const resultSpan = top.members.get("result");
    const inner = resultSpan && scanObject(bytes, resultSpan.start, TOOLS);
    const span = inner?.members.get("tools");
    if (!span) return bytes;
    // Another reader may take the first of two lists, so only the one that was looked at goes on.
    if (top.repeated ?? inner?.repeated) return resultAnswer(response.id, this.editResult(result));
    const { tools } = result;
    const kept = scanArray(bytes, span.start).filter((_element, at) => this.#shows(tools[at]));
    const parts = kept.flatMap(({ start, end }, at) => [
      Buffer.from(at === 0 ? "" : ","),
      bytes.subarray(start, end),
    ]);
    const [before, after] = [bytes.subarray(0, span.start + 1), bytes.subarray(span.end)];
    return Buffer.concat([before, ...parts, Buffer.from("]"), after]);
  }
}
