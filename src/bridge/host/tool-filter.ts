// `--ignore-tool`, `--allow-tool`, `--read-only` (LIFE-7): what the host may neither see nor call.

import { scanArray, scanObject, skipBlank } from "../../core/mcp/json-scan.ts";
import { isObject, type ResponseMessage } from "../../core/mcp/message.ts";
import { resultAnswer } from "../../core/mcp/rpc-error.ts";
import type { ToolFilter as ToolFilterSettings } from "../../core/settings.ts";

export interface ToolFilter {
  /** False: every tool passes, and lists are not touched. */
  readonly active: boolean;
  /** May a tool of this name be called? `isReadOnly` knows the last list. */
  permits(name: string, isReadOnly: (name: string) => boolean): boolean;
  /** The bytes of a `tools/list` answer without the tools that are hidden. Kept ones stay byte for byte. */
  edit(response: ResponseMessage): Buffer;
  /** The same for a result that is written anew. */
  editResult(result: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

const RESULT = new Set(["result"]);
const TOOLS = new Set(["tools"]);

export function createToolFilter(settings: ToolFilterSettings): ToolFilter {
  const ignore = settings.ignore.map(globToPattern);
  const allow = settings.allow?.map(globToPattern);
  const active = ignore.length > 0 || allow !== undefined || settings.readOnly;

  function permitsName(name: string): boolean {
    if (ignore.some((pattern) => pattern.test(name))) return false;
    return allow === undefined || allow.some((pattern) => pattern.test(name));
  }

  function shows(tool: unknown): boolean {
    if (!isObject(tool) || typeof tool.name !== "string") return false;
    const { annotations } = tool;
    const readOnly = isObject(annotations) && annotations.readOnlyHint === true;
    return permitsName(tool.name) && (readOnly || !settings.readOnly);
  }

  return {
    active,
    permits: (name, isReadOnly) => permitsName(name) && (!settings.readOnly || isReadOnly(name)),
    edit(response) {
      const { bytes } = response;
      const { result } = response.value;
      if (!active || !isObject(result) || !Array.isArray(result.tools)) return bytes;
      const top = scanObject(bytes, skipBlank(bytes, 0), RESULT);
      const resultSpan = top.members.get("result");
      const inner = resultSpan && scanObject(bytes, resultSpan.start, TOOLS);
      const span = inner?.members.get("tools");
      if (!span) return bytes;
      // Another reader may take the first of two lists, so only the one that was looked at goes on.
      if (top.repeated ?? inner?.repeated) return resultAnswer(response.id, this.editResult(result));
      const { tools } = result;
      const kept = scanArray(bytes, span.start).filter((_element, at) => shows(tools[at]));
      const parts = kept.flatMap(({ start, end }, at) => [
        Buffer.from(at === 0 ? "" : ","),
        bytes.subarray(start, end),
      ]);
      return Buffer.concat([
        bytes.subarray(0, span.start + 1),
        ...parts,
        Buffer.from("]"),
        bytes.subarray(span.end),
      ]);
    },
    editResult(result) {
      return active && Array.isArray(result.tools)
        ? { ...result, tools: result.tools.filter(shows) }
        : result;
    },
  };
}

function globToPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
