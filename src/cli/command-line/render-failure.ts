import type { Failure } from "../../core/failure/failure.ts";

/** What a person reads on stderr: the sentence, the next step, and where to read more. No stack, no secret. */
export function renderFailure(failure: Failure): string {
  const { code, docs, hint, url } = failure.data();
  const lines = [`mcp-drawbridge: ${failure.said}`, `  ${hint}`];
  if (url !== undefined) lines.push(`  ${url}`);
  lines.push(`  ${code}  ${docs}`);
  return `${lines.join("\n")}\n`;
}
