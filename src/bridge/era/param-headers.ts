// `x-mcp-header`: parameters of a tool that go as headers with each call (2026-07-28, transports/streamable-http, Custom
// Headers from Tool Parameters).

import { scanArray } from "../../core/mcp/json-scan.ts";
import { isObject, type JsonObject, type ResponseMessage } from "../../core/mcp/message.ts";
import { editMessage } from "./edit-message.ts";
import { headerValue } from "./mirrored-headers.ts";

/** Where a parameter lies in the arguments, and its header. */
export interface ParamHeader {
  readonly path: readonly string[];
  /** Lower-case. */
  readonly header: string;
}

/** A tool that must not be offered, and why, as the end of "its x-mcp-header ...". */
export interface RejectedTool {
  readonly name: string;
  readonly reason: string;
}

const ANNOTATION = "x-mcp-header";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MIRRORED_TYPES: readonly unknown[] = ["string", "integer", "boolean"];
/** A schema that is deeper or larger is not looked through. */
const MAX_DEPTH = 64;
/** Tools whose parameters are remembered. */
const MAX_TOOLS = 10_000;

/** The headers of a tool's parameters. @returns a text: why the tool is to be rejected */
export function paramHeadersOf(inputSchema: unknown): readonly ParamHeader[] | string {
  const found: ParamHeader[] = [];
  const reason = readSchema(inputSchema, [], true, found);
  if (reason !== undefined) return reason;
  const names = new Set(found.map(({ header }) => header));
  return names.size < found.length ? "names one header twice" : found;
}

/**
 * @param path undefined: not reachable by `properties` alone
 * @returns why it is not allowed
 */
function readSchema(
  schema: unknown,
  path: readonly string[] | undefined,
  isRoot: boolean,
  found: ParamHeader[],
  depth = 0,
): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(schema)) {
    for (const one of schema) {
      const reason = readSchema(one, undefined, false, found, depth + 1);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
  if (!isObject(schema)) return undefined;
  if (Object.hasOwn(schema, ANNOTATION) && !isRoot) {
    const reason = annotated(schema, path, found);
    if (reason !== undefined) return reason;
  }
  for (const [keyword, inner] of Object.entries(schema)) {
    if (keyword === ANNOTATION || DATA.has(keyword)) continue;
    const reason = NAMED.has(keyword)
      ? readNamed(inner, keyword === "properties" ? path : undefined, found, depth)
      : readSchema(inner, undefined, false, found, depth + 1);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Keywords whose members are schemas by name. */
const NAMED = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Keywords that hold values and no schemas. */
const DATA = new Set(["default", "const", "enum", "examples"]);

function readNamed(
  schemas: unknown,
  path: readonly string[] | undefined,
  found: ParamHeader[],
  depth: number,
): string | undefined {
  for (const [name, schema] of Object.entries(isObject(schemas) ? schemas : {})) {
    const reason = readSchema(schema, path && [...path, name], false, found, depth + 1);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function annotated(
  { [ANNOTATION]: name, type }: JsonObject,
  path: readonly string[] | undefined,
  found: ParamHeader[],
): string | undefined {
  if (typeof name !== "string" || !TOKEN.test(name)) return "is no name of a header";
  if (path === undefined) return "is at a place that is not reached by properties alone";
  if (!MIRRORED_TYPES.includes(type)) return "is at a parameter that is no string, integer or boolean";
  found.push({ path, header: `mcp-param-${name.toLowerCase()}` });
  return undefined;
}

/** The headers for these arguments. Absent and null ones have none. */
export function paramHeaderValues(headers: readonly ParamHeader[], args: unknown): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { path, header } of headers) {
    let value = args;
    for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof value === "string") values[header] = headerValue(value);
    else if (typeof value === "boolean" || Number.isSafeInteger(value))
      values[header] = JSON.stringify(value);
  }
  return values;
}

/** What is known of the tools of one remote. */
export class ToolHeaders {
  readonly #tools = new Map<string, readonly ParamHeader[]>();

  /** Undefined: the tool was not listed. */
  of(tool: string): readonly ParamHeader[] | undefined {
    return this.#tools.get(tool);
  }

  /** Notes the tools of a list, one page of it or all. @returns those that must not be offered */
  note(tools: unknown): readonly RejectedTool[] {
    const rejected: RejectedTool[] = [];
    for (const tool of Array.isArray(tools) ? tools : []) {
      if (!isObject(tool) || typeof tool.name !== "string") continue;
      const headers = paramHeadersOf(tool.inputSchema);
      if (typeof headers === "string") rejected.push({ name: tool.name, reason: headers });
      else if (this.#tools.size < MAX_TOOLS || this.#tools.has(tool.name))
        this.#tools.set(tool.name, headers);
    }
    return rejected;
  }
}

/** The list without tools whose annotations are not allowed; kept ones stay byte for byte. */
export function withoutTools(list: ResponseMessage, isRejected: (tool: unknown) => boolean): ResponseMessage {
  const { result } = list.value;
  const tools = isObject(result) && Array.isArray(result.tools) ? result.tools : [];
  return editMessage(list, (top) => {
    const edited = top.object("result");
    const bytes = edited.get("tools") ?? Buffer.from("[]");
    const kept = scanArray(bytes, 0).filter((_span, at) => !isRejected(tools[at]));
    const texts = kept.map(({ start, end }) => bytes.subarray(start, end));
    const joined = texts.flatMap((text, at) => (at === 0 ? [text] : [Buffer.from(","), text]));
    edited.set("tools", Buffer.concat([Buffer.from("["), ...joined, Buffer.from("]")]));
    top.set("result", edited.toBuffer());
  });
}
