// The one door to jsonc-parser: JSON as editors write it, with comments and commas behind the last member.
import {
  applyEdits,
  findNodeAtLocation,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
  stripComments,
} from "jsonc-parser";

/** `line 3, column 7` of the first mistake in strict JSON; nothing of the text itself, which may hold a secret. */
export function positionOfMistake(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  return positionAt(text, errors[0]?.offset ?? text.length);
}

/** The value; `mistake` is the place of the first thing that is no JSON with comments. */
export function readJsonWithComments(
  text: string,
): { readonly value: unknown } | { readonly mistake: string } {
  if (stripComments(text).trim() === "") return { value: {} };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  return first === undefined ? { value } : { mistake: positionAt(text, first.offset) };
}

/**
 * The text with one member set, or without it (`undefined`). All else stays as it is, to the blank: the library's own edit
 * would write the neighbour of a new member anew.
 */
export function editJson(text: string, path: readonly string[], value: unknown): string {
  const style = styleOf(text);
  const whole = stripComments(text).trim() === "" ? `${text}{}${style.eol}` : text;
  const root = parseTree(whole, [], { allowTrailingComma: true });
  if (root === undefined) return whole;
  const present = findNodeAtLocation(root, [...path]);
  if (value === undefined) {
    if (present === undefined) return whole;
    return withoutLines(whole, present) ?? applyEdits(whole, modify(whole, [...path], undefined, {}));
  }
  if (present !== undefined) {
    const lines = written(value, indentAt(whole, present.parent?.offset ?? 0), style);
    return whole.slice(0, present.offset) + lines + whole.slice(present.offset + present.length);
  }
  return withMember(whole, root, path, value, style);
}

interface Style {
  /** One level. */
  readonly indent: string;
  readonly eol: string;
}

function styleOf(text: string): Style {
  return { indent: /\n([ \t]+)"/.exec(text)?.[1] ?? "  ", eol: text.includes("\r\n") ? "\r\n" : "\n" };
}

/** Below the deepest object that is there; what is missing above the member is made. */
function withMember(text: string, root: Node, path: readonly string[], value: unknown, style: Style): string {
  let parent = root;
  let depth = 0;
  for (; depth < path.length - 1; depth += 1) {
    const next = findNodeAtLocation(root, path.slice(0, depth + 1));
    if (next?.type !== "object") break;
    parent = next;
  }
  const [name = "", ...below] = path.slice(depth);
  const nested = below.reduceRight<unknown>((inner, member) => ({ [member]: inner }), value);
  const last = parent.children?.at(-1);
  if (last === undefined) {
    const outer = indentAt(text, parent.offset);
    const inner = outer + style.indent;
    const member = `${JSON.stringify(name)}: ${written(nested, inner, style)}`;
    const lines = `${style.eol}${inner}${member}${style.eol}${outer}`;
    // A comment may be all that is inside.
    const end = parent.offset + parent.length - 1;
    return text.slice(0, end).replace(/[ \t\r\n]+$/, "") + lines + text.slice(end);
  }
  const inner = indentAt(text, last.offset);
  const member = `${style.eol}${inner}${JSON.stringify(name)}: ${written(nested, inner, style)}`;
  const end = last.offset + last.length;
  // What stands behind the last member on its line belongs to it.
  const [whole = "", comma = ""] =
    /^(?:[ \t]*(,))?(?:[ \t]*\/\/[^\r\n]*|[ \t]*(?=\r?\n))?/.exec(text.slice(end)) ?? [];
  const behind = comma === "" ? whole : whole.slice(whole.indexOf(",") + 1);
  return `${text.slice(0, end)},${behind}${member}${comma}${text.slice(end + whole.length)}`;
}

/** Without the lines that a member has for itself; undefined where it shares one. */
function withoutLines(text: string, { parent: member }: Node): string | undefined {
  const members = member?.parent?.children ?? [];
  const at = members.indexOf(member as Node);
  if (member === undefined || at < 0) return undefined;
  const before = text.slice(0, member.offset);
  const end = member.offset + member.length;
  const [rest, comma] = /^[ \t]*(,)?[ \t]*(?:\/\/[^\r\n]*)?\r?\n/.exec(text.slice(end)) ?? [];
  if (rest === undefined || !/\n[ \t]*$/.test(before)) return undefined;
  const kept = before.replace(/[ \t]+$/, "");
  const previous = members[at - 1];
  if (previous === undefined || comma !== undefined || at < members.length - 1) {
    return kept + text.slice(end + rest.length);
  }
  // Strict readers take no comma behind what is the last member now.
  const previousEnd = previous.offset + previous.length;
  const gap = kept.slice(previousEnd).replace(/^((?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*),/, "$1");
  return kept.slice(0, previousEnd) + gap + text.slice(end + rest.length);
}

function written(value: unknown, indent: string, { indent: unit, eol }: Style): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", `${eol}${indent}`);
}

/** The blanks that the line of a place begins with. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
