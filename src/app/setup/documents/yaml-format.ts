// The one door to yaml.
import { isMap, isSeq, LineCounter, parseDocument, stringify, type YAMLSeq } from "yaml";
import type { DocumentFormat } from "./format.ts";

/** YAML with a list of servers that have their name inside. */
export const yamlFormat: DocumentFormat = {
  read(text) {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const [first] = document.errors;
    if (first === undefined) return { value: document.toJS() as unknown };
    const { line, col } = lines.linePos(first.pos[0]);
    return { mistake: `line ${line}, column ${col}` };
  },
  /** By the places of the nodes: writing the whole document again would fold and indent other people's lines anew. */
  edit(text, at, name, value) {
    const eol = text.includes("\r\n") ? "\r\n" : "\n";
    const document = parseDocument(text);
    const list = document.getIn(at, true);
    if (!isSeq(list) || list.flow === true || list.items.length === 0) {
      return list === undefined || list === null || at.length > 1
        ? appended(text, eol, at, value)
        : rewritten(text, at, name, value);
    }
    const items = itemsOf(text, list);
    const found = items.findIndex(({ name: known }) => known === name);
    const indent = items[0]?.indent ?? "";
    const lines = value === undefined ? "" : block(value, indent, eol);
    const place = found < 0 ? undefined : items[found];
    if (place === undefined) {
      const end = items.at(-1)?.end ?? text.length;
      return `${lineEnded(text.slice(0, end), eol)}${lines}${text.slice(end)}`;
    }
    // A list without its last item would be no list any more.
    if (value === undefined && items.length === 1) return rewritten(text, at, name, value);
    return `${text.slice(0, place.start)}${lines}${text.slice(place.end)}`;
  },
};

interface Item {
  readonly name: unknown;
  readonly indent: string;
  /** Offsets of whole lines, from the dash on. */
  readonly start: number;
  readonly end: number;
}

function itemsOf(text: string, list: YAMLSeq): Item[] {
  return list.items.map((item) => {
    const [valueStart = 0, valueEnd = 0] = (item as { range?: [number, number, number] | null }).range ?? [];
    const dash = text.lastIndexOf("-", valueStart - 1);
    const start = text.lastIndexOf("\n", dash) + 1;
    const newline = text.indexOf("\n", Math.max(valueEnd - 1, valueStart));
    return {
      name: isMap(item) ? item.get("name") : undefined,
      indent: text.slice(start, dash),
      start,
      end: newline < 0 ? text.length : newline + 1,
    };
  });
}

function appended(text: string, eol: string, [member = ""]: readonly string[], value: unknown): string {
  const bare = text.replace(new RegExp(`^${member}:[ \\t]*\\r?$\\n?`, "m"), "");
  return `${lineEnded(bare, eol)}${member}:${eol}${block(value, "  ", eol)}`;
}

/** The parser's own way, which keeps comments, but not every blank. */
function rewritten(text: string, at: readonly string[], name: string, value: unknown): string {
  const document = parseDocument(text);
  const list = document.getIn(at) as YAMLSeq | undefined;
  const others = (list?.toJSON() as { readonly name?: unknown }[] | undefined)?.filter(
    (item) => item.name !== name,
  );
  const items = [...(others ?? []), ...(value === undefined ? [] : [value])];
  document.setIn(at, document.createNode(items));
  return document.toString({ lineWidth: 0 });
}

const block = (value: unknown, indent: string, eol: string): string =>
  stringify([value], { lineWidth: 0 })
    .replace(/^(?=.)/gm, indent)
    .replaceAll("\n", eol);

const lineEnded = (text: string, eol: string): string =>
  text === "" || text.endsWith("\n") ? text : `${text}${eol}`;
