const WIDTH = 80;

/**
 * Rows of a name and a text, two blanks before the name, the texts below each other and broken at blanks before column 80.
 * A word that is longer, such as an address, stays whole.
 */
export function columns(rows: readonly (readonly [name: string, text: string])[]): string {
  const indent = Math.max(0, ...rows.map(([name]) => name.length)) + 4;
  return rows
    .flatMap(([name, text]) => {
      const [first = "", ...rest] = broken(text, WIDTH - indent);
      return [`  ${name.padEnd(indent - 2)}${first}`, ...rest.map((line) => " ".repeat(indent) + line)];
    })
    .join("\n");
}

/** `text` in lines of at most `width`, where its words allow it. */
export function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
