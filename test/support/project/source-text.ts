// Sources as the architecture test sees them: code without comments and without what is inside strings.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Without comments; strings, templates and regular expressions are empty. As many lines as `text`. */
  readonly code: string;
  /** Specifiers of its imports, dynamic ones included. */
  readonly imports: readonly ImportOf[];
}

export interface ImportOf {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every `.ts` and `.mjs` file below the folders, relative to `root`. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:ts|mjs)$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !file.includes("node_modules"))
      .map((file) =>
        sourceFile(path.relative(root, file).split(path.sep).join("/"), readFileSync(file, "utf8")),
      ),
  );
}

export function sourceFile(file: string, text: string): SourceFile {
  const code = strip(text, true);
  return { path: file, text, code, imports: importsOf(strip(text, false)) };
}

const IMPORT =
  /\b(?:import|export)\s+(type\s)?(?:[\w$*\s{},]+?\sfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/g;

function importsOf(code: string): ImportOf[] {
  return [...code.matchAll(IMPORT)].map(([, type, named, dynamic]) => ({
    specifier: named ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

/** A slash after one of these begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^\n]|\b(?:return|typeof|case|in|of|void|await))\s*$/;

/** Blanks comments, and with `strings` also what stands between quotes. Line breaks stay. */
function strip(text: string, strings: boolean): string {
  let out = "";
  let at = 0;
  /** One entry for each open `${`: how many `{` are open inside. */
  const templates: number[] = [];
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  const skip = (pattern: RegExp, hide: boolean): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return false;
    const ends = hide ? [found[0], found.at(-1)] : [];
    out += hide ? `${ends[0]}${blank(found.slice(1, -1))}${ends[1]}` : found;
    at += found.length;
    return true;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const char = text[at] ?? "";
    if (two === "//" || two === "/*") {
      const end = two === "//" ? text.indexOf("\n", at) : text.indexOf("*/", at + 2) + 2;
      const stop = end < at ? text.length : end;
      out += blank(text.slice(at, stop));
      at = stop;
    } else if (char === '"' || char === "'") {
      if (!skip(char === '"' ? /"(?:[^"\\\n]|\\[\s\S])*"/y : /'(?:[^'\\\n]|\\[\s\S])*'/y, strings))
        out += text[at++];
    } else if (char === "/" && BEFORE_REGEX.test(out.slice(-40))) {
      if (!skip(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y, strings)) out += text[at++];
    } else if (char === "`" || (char === "}" && templates.at(-1) === 0)) {
      if (char === "}") templates.pop();
      // Up to the end of the template, or to the code inside it.
      const more = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
      more.lastIndex = at;
      const found = more.exec(text)?.[0] ?? char;
      const hidden = found.slice(1, found.endsWith("`") ? -1 : -2);
      out += `\`${strings ? blank(hidden) : hidden}\``;
      at += found.length;
      if (found.endsWith("${")) templates.push(0);
    } else {
      if (templates.length > 0 && (char === "{" || char === "}")) {
        templates.push((templates.pop() ?? 0) + (char === "{" ? 1 : -1));
      }
      out += char;
      at++;
    }
  }
  return out;
}
