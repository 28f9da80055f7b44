// The one door to toml-patch.
import { parse, patch } from "@decimalturn/toml-patch";
import { isObject } from "../../../core/mcp/json-object.ts";
import type { DocumentFormat } from "./format.ts";

type Members = Record<string, unknown>;

export const tomlFormat: DocumentFormat = {
  read(text) {
    try {
      return { value: parse(text) };
    } catch (error) {
      const { line, column } = error as { readonly line?: number; readonly column?: number };
      return {
        mistake: line === undefined ? "a place that is not known" : `line ${line}, column ${column ?? 1}`,
      };
    }
  },
  edit(text, at, name, value) {
    const whole = parse(text) as Members;
    const [top = ""] = at;
    const servers = whole[top];
    const known: Members = isObject(servers) ? { ...servers } : {};
    if (isObject(value) && known[name] === undefined) {
      const added = withSection(text, [top, name], value);
      if (!("mistake" in tomlFormat.read(added))) return added;
    }
    if (value === undefined) delete known[name];
    else known[name] = value;
    if (Object.keys(known).length === 0) delete whole[top];
    else whole[top] = known;
    return patch(text, whole);
  },
};

/** A section of its own behind everything: the library would write it as one long line at the top. */
function withSection(text: string, names: readonly string[], value: Readonly<Members>): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = text === "" || text.endsWith("\n\n") || text.endsWith("\r\n\r\n") ? "" : eol;
  return `${text === "" || text.endsWith("\n") ? text : text + eol}${gap}${section(names, value).join(eol)}${eol}`;
}

function section(names: readonly string[], value: Readonly<Members>): string[] {
  const members = Object.entries(value);
  const lines = [`[${names.map(key).join(".")}]`];
  for (const [member, plain] of members) {
    if (!isObject(plain)) lines.push(`${key(member)} = ${JSON.stringify(plain)}`);
  }
  for (const [member, table] of members) {
    if (isObject(table)) lines.push("", ...section([...names, member], table));
  }
  return lines;
}

const key = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name));
