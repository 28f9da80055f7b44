// `--ignore-tool`, `--allow-tool`, `--read-only` (LIFE-7), and a tool of the remote with the name of ours: what the host may
// neither see nor call.

import { Failure } from "../../core/failure/failure.ts";
import { WantedNames } from "../../core/mcp/json-names.ts";
import { doubtIn, type Span, scanArray, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type RequestMessage, type ResponseMessage } from "../../core/mcp/message.ts";
import { errorAnswer, failureAnswer } from "../../core/mcp/rpc-error.ts";
import type { ToolFilter as ToolFilterSettings } from "../../core/settings.ts";
import { Glob } from "../../core/text/glob.ts";
import type { MessageHandler } from "../messages/message-handler.ts";
import { calledTool } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";

const RESULT = new WantedNames(["result"]);
const TOOLS = new WantedNames(["tools"]);
const IN_TOOL = new WantedNames(["name", "annotations"]);
const IN_ANNOTATIONS = new WantedNames(["readOnlyHint"]);

export class ToolFilter implements MessageHandler {
  readonly #readOnly: boolean;
  readonly #isReadOnly: (tool: string) => boolean;
  readonly #ignore: readonly Glob[];
  readonly #allow: readonly Glob[] | undefined;
  /** False: every tool passes, and lists are not touched. */
  readonly #active: boolean;

  readonly #reserved: string;

  /**
   * @param isReadOnly knows the last list
   * @param reserved no tool of the remote may have this name
   */
  constructor(settings: ToolFilterSettings, isReadOnly: (tool: string) => boolean, reserved: string) {
    this.#reserved = reserved;
    this.#readOnly = settings.readOnly;
    this.#isReadOnly = isReadOnly;
    this.#ignore = settings.ignore.map((glob) => new Glob(glob));
    this.#allow = settings.allow?.map((glob) => new Glob(glob));
    this.#active = this.#ignore.length > 0 || this.#allow !== undefined || settings.readOnly;
  }

  onRequest(request: RequestMessage, pending: PendingRequest): boolean {
    const tool = calledTool(request);
    if (tool === undefined || this.permits(tool)) return false;
    const text =
      "This tool is hidden by --ignore-tool, --allow-tool or --read-only, or has a name of mcp-drawbridge's own.";
    pending.answer(errorAnswer(request.id, -32602, text));
    return true;
  }

  onResponse(request: RequestMessage, response: ResponseMessage, bytes: Buffer): Buffer {
    if (request.method !== "tools/list") return bytes;
    // Its bytes tell also where it is not read, or named twice.
    const isIn = this.#hasReserved(response.value.result) || bytes.includes(this.#reserved);
    return this.#active || isIn ? this.#edit(response) : bytes;
  }

  /** May a tool of this name be called? */
  permits(name: string): boolean {
    return this.#permitsName(name) && (!this.#readOnly || this.#isReadOnly(name));
  }

  /** A result of `tools/list` without the tools that are hidden. */
  editResult(result: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return (this.#active || this.#hasReserved(result)) && Array.isArray(result.tools)
      ? { ...result, tools: result.tools.filter((tool) => this.#shows(tool)) }
      : result;
  }

  #hasReserved(result: unknown): boolean {
    if (!isObject(result) || !Array.isArray(result.tools)) return false;
    return result.tools.some((tool) => isObject(tool) && tool.name === this.#reserved);
  }

  #permitsName(name: string): boolean {
    if (name === this.#reserved) return false;
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
    const { bytes, value } = response;
    if (value.isResultTooLarge)
      return notFiltered(
        response,
        "larger or nested deeper than mcp-drawbridge reads (8 MiB, 100,000 values, 200 levels)",
      );
    const { result } = value;
    if (!isObject(result)) return bytes;
    const resultSpan = scanObject(bytes, skipBlank(bytes, 0), RESULT).members.get("result");
    const inner = resultSpan && scanObject(bytes, resultSpan.start, TOOLS);
    const doubt = inner && doubtIn(inner);
    if (doubt !== undefined) return notFiltered(response, `not clear: it ${doubt}`);
    const span = inner?.members.get("tools");
    if (!span || !Array.isArray(result.tools)) return bytes;
    const { tools } = result;
    // What is hidden is left out, and everything else stays as it came.
    const all = scanArray(bytes, span.start);
    const shown = all.map(({ start }, at) => this.#shows(tools[at]) && isClear(bytes, start));
    if (!shown.includes(false)) return bytes;
    const parts = runs(all, shown).flatMap(({ start, end }) => [COMMA, bytes.subarray(start, end)]);
    const [before, after] = [bytes.subarray(0, span.start + 1), bytes.subarray(span.end)];
    return Buffer.concat([before, ...parts.slice(1), Buffer.from("]"), after]);
  }
}

const COMMA = Buffer.from(",");

/** The stretches of members that stand side by side and are kept, with what lies between them. */
function runs(all: readonly Span[], kept: readonly boolean[]): Span[] {
  const found: Span[] = [];
  for (const [at, { start, end }] of all.entries()) {
    const run = kept[at - 1] ? found.pop() : undefined;
    if (kept[at]) found.push({ start: run?.start ?? start, end });
    else if (run) found.push(run);
  }
  return found;
}

/** Another reader may see another list, so none goes on. */
function notFiltered({ id }: ResponseMessage, reason: string): Buffer {
  const words = `The server's list of tools is ${reason}. Tools cannot be hidden in it.`;
  return failureAnswer(id, new Failure("REMOTE_BAD_ANSWER", words));
}

/** Do all readers see one tool? @param start of an object */
function isClear(bytes: Buffer, start: number): boolean {
  const tool = scanObject(bytes, start, IN_TOOL);
  const annotations = tool.members.get("annotations");
  const hints = annotations && scanObject(bytes, annotations.start, IN_ANNOTATIONS);
  return doubtIn(tool) === undefined && (hints === undefined || doubtIn(hints) === undefined);
}
