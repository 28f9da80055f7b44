// Writes the README blocks that come from the program itself. `--check` only compares.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";

const root = path.resolve(import.meta.dirname, "..");
const readme = path.join(root, "README.md");

/** The README as it should be. */
export async function generatedReadme() {
  const { readCommandLine } = await load("src/cli/command-line.ts");
  const { FAILURES } = await load("src/core/failure/failure-table.ts");
  const { FAILURE_NOTES } = await load("src/core/failure/failure-notes.ts");
  const parties = { you: "you", server: "whoever runs the server", issuer: "whoever runs the issuer" };
  const help = `\`\`\`text\n${(await readCommandLine(["--help"])).text.trim()}\n\`\`\``;
  const errors = Object.entries(FAILURES)
    .map(([code, hint]) => {
      const { cause, party } = FAILURE_NOTES[code];
      return `#### ${code}\n\n${cause} For ${parties[party]}:\n${hint}`;
    })
    .join("\n\n");
  const { MCP_REMOTE_FLAGS } = await load("src/app/import/mcp-remote-flags.ts");
  const rows = MCP_REMOTE_FLAGS.map(({ usage, here }) => `| \`${usage.replaceAll("|", "\\|")}\` | ${here} |`);
  const table = ["| mcp-remote 0.15.1 | here |", "| --- | --- |", ...rows].join("\n");
  const blocks = { help, errors, "mcp-remote": table };
  return Object.entries(blocks).reduce(
    (text, [name, content]) => fill(text, name, content),
    readFileSync(readme, "utf8"),
  );
}

/** The text with other content in the block of that name. */
export function fill(text, name, content) {
  const block = new RegExp(`(<!-- begin ${name} -->)[^]*?(<!-- end ${name} -->)`);
  if (!block.test(text)) throw new Error(`README.md has no block ${name}`);
  return text.replace(block, (_, begin, end) => `${begin}\n\n${content}\n\n${end}`);
}

async function load(entry) {
  const folder = mkdtempSync(path.join(tmpdir(), "drawbridge-readme-"));
  try {
    const file = path.join(folder, "loaded.mjs");
    await build({
      cwd: root,
      input: entry,
      platform: "node",
      // A native package, which nothing here loads.
      external: ["@napi-rs/keyring"],
      output: { format: "esm", file, codeSplitting: false },
    });
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
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
