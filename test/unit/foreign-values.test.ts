// No text is made by force of a value that may have none: `{"toString":1}` throws there, and what anybody can send must not
// throw. The compiler's own types tell, for every template, `+`, comparison, `String()` and `join()` in the sources.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import {
  isAsExpression,
  isBinaryExpression,
  isCallExpression,
  isIdentifier,
  isPropertyAccessExpression,
  isTaggedTemplateExpression,
  isTemplateExpression,
} from "typescript/unstable/ast/is";
import {
  API,
  type Checker,
  type IntersectionType,
  type Project,
  type Type,
  TypeFlags,
  type UnionType,
} from "typescript/unstable/sync";
import { PROJECT } from "../support/project/program.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";

/** Every value of these has a text. */
const TEXTUAL = TypeFlags.StringLike | TypeFlags.NumberLike | TypeFlags.BooleanLike | TypeFlags.BigIntLike;
const OPERATORS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.PlusToken,
  SyntaxKind.PlusEqualsToken,
  SyntaxKind.LessThanToken,
  SyntaxKind.LessThanEqualsToken,
  SyntaxKind.GreaterThanToken,
  SyntaxKind.GreaterThanEqualsToken,
]);

test("[LIFE-2] text is made, and order is told, of strings and numbers only", () => {
  assert.deepEqual(violations(PROJECT, path.join(PROJECT, "src")), []);
});

test("[LIFE-2] the rules see what they should", (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const src = path.join(folder.path, "src");
  mkdirSync(src);
  const text = `
    declare const u: unknown, n: number, s: string | undefined, o: { a: number }, l: unknown[], e: Error;
    declare const f: (parts: TemplateStringsArray, ...rest: unknown[]) => void;
    const any = JSON.parse("1");
    export const bad = [\`\${u}\`, "a" + any, \`\${s}\`, \`\${e}\`, String(o), l.join(), any < 2, any.toString(), JSON.parse("1") as string];
    export const fine = [\`\${n}\${s ?? ""}\`, n + 1, String(n), [n].join(), n < 2, f\`\${u}\`, JSON.parse("1") as unknown];
    export const general = <K extends "a" | "b">(k: K, l: Partial<Record<K, K>>) => [\`\${k}\`, \`\${l[k]}\`];
    export const checked = typeof u === "string" ? \`\${u}\` : "";
  `;
  writeFileSync(path.join(src, "some.ts"), text);
  assert.deepEqual(
    violations(folder.path, src).map((line) => line.replace(/^.*: /, "")),
    ["u", "any", "s", "e", "o", "l", "any", "any", 'JSON.parse("1") as string', "l[k]"],
  );
});

/** As `file:line: expression`. */
function violations(root: string, folder: string): string[] {
  const config = temporaryFolder();
  const tsconfig = path.join(config.path, "tsconfig.json");
  const compilerOptions = { typeRoots: [path.join(PROJECT, "node_modules", "@types")], rootDir: root };
  const whole = { extends: path.join(PROJECT, "tsconfig.json"), include: [folder], compilerOptions };
  writeFileSync(tsconfig, JSON.stringify(whole));
  const api = new API({ cwd: config.path });
  try {
    const project = api.updateSnapshot({ openProjects: [tsconfig] }).getProject(tsconfig);
    assert.ok(project);
    const files = project.program.getSourceFileNames().filter((name) => isBelow(name, folder));
    assert.ok(files.length > 0);
    return files.flatMap((name) => violationsIn(project, name, root));
  } finally {
    api.close();
    config.remove();
  }
}

function isBelow(file: string, folder: string): boolean {
  return !path.relative(folder, file).startsWith("..");
}

function violationsIn({ program, checker }: Project, name: string, root: string): string[] {
  const source = program.getSourceFile(name) ?? assert.fail(name);
  const { values, casts } = found(source);
  const types = values.length === 0 ? [] : checker.getTypeAtLocation(values);
  const bad = values.filter((value, at) => !isTextual(checker, types[at], value.parent));
  return [...bad, ...casts]
    .map((node) => ({ node, at: node.getStart(source) }))
    .sort((one, other) => one.at - other.at)
    .map(({ node, at }) => {
      const line = source.text.slice(0, at).split("\n").length;
      return `${path.relative(root, name)}:${line}: ${node.getText(source)}`;
    });
}

/** What text is made of, or compared, and what JSON is said to be although nobody looked. */
function found(source: SourceFile): { readonly values: Node[]; readonly casts: Node[] } {
  const values: Node[] = [];
  const casts: Node[] = [];
  const visit = (node: Node): void => {
    if (isTemplateExpression(node) && !isTaggedTemplateExpression(node.parent))
      values.push(...node.templateSpans.map(({ expression }) => expression));
    else if (isBinaryExpression(node) && OPERATORS.has(node.operatorToken.kind))
      values.push(node.left, node.right);
    else if (isCallExpression(node)) {
      const { expression: called, arguments: given } = node;
      if (isIdentifier(called) && called.text === "String") values.push(...given);
      if (isPropertyAccessExpression(called) && /^(?:join|toString)$/.test(called.name.text))
        values.push(called.expression);
    } else if (isAsExpression(node) && isParse(node.expression, source)) {
      if (!/^(?:unknown|Record<string, unknown>)$/.test(node.type.getText(source))) casts.push(node);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return { values, casts };
}

function isParse(node: Node, source: SourceFile): boolean {
  return isCallExpression(node) && node.expression.getText(source) === "JSON.parse";
}

function isTextual(checker: Checker, type: Type | undefined, parent: Node): boolean {
  if (type === undefined) return false;
  if (!isPropertyAccessExpression(parent)) return isText(checker.getBaseConstraintOfType(type) ?? type);
  // What has a type has the method of that type.
  if (parent.name.text === "toString") return !isOf(type, TypeFlags.Any);
  // Of what is joined, the members count. `path.join` is another function.
  if (!checker.isArrayLikeType(type)) return true;
  return checker.getIndexInfosOfType(type).every(({ valueType }) => isText(valueType));
}

function isText(type: Type): boolean {
  if (isOf<UnionType>(type, TypeFlags.Union)) return type.getTypes().every(isText);
  if (isOf<IntersectionType>(type, TypeFlags.Intersection)) return type.getTypes().some(isText);
  return isOf(type, TEXTUAL);
}

function isOf<T extends Type>(type: Type, flags: number): type is T {
  return (type.flags & flags) !== 0;
}
