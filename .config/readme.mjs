// Writes the README blocks that come from the program itself. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const readme = path.join(root, "README.md");

/** The README as it should be. */
export async function generatedReadme() {
  const { readCommandLine } = await load("src/cli/program.ts");
  const { FAILURES } = await load("src/core/failure-table.ts");
  const help = `\`\`\`text\n${readCommandLine(["--help"], {}).text.trim()}\n\`\`\``;
  const errors = Object.entries(FAILURES)
    .map(([code, { hint }]) => `#### ${code}\n\n${hint}`)
    .join("\n\n");
  return fill(fill(readFileSync(readme, "utf8"), "help", help), "errors", errors);
}

function fill(text, name, content) {
  const block = new RegExp(`(<!-- begin ${name} -->)[^]*?(<!-- end ${name} -->)`);
  if (!block.test(text)) throw new Error(`README.md has no block ${name}`);
  return text.replace(block, (_, begin, end) => `${begin}\n\n${content}\n\n${end}`);
}

async function load(entry) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    mainFields: ["module", "main"],
    define: { __VERSION__: '"0.0.0"' },
  });
  const module = { exports: {} };
  const { createRequire } = await import("node:module");
  new Function("module", "exports", "require", result.outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  return module.exports;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = await generatedReadme();
  if (process.argv.includes("--check")) {
    if (wanted !== readFileSync(readme, "utf8"))
      throw new Error("README.md is not up to date: run npm run readme");
  } else {
    writeFileSync(readme, wanted);
  }
}
