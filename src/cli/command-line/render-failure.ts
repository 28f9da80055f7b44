import type { Failure } from "../../core/failure/failure.ts";

/** What a person reads on stderr: the sentence, the next step, and where to read more. No stack, no secret. */
export function renderFailure(failure: Failure): string {
  const { code, docs } = failure.data();
  const lines = [`mcp-drawbridge: ${failure.message}`, `  ${failure.hint}`];
  if (failure.url !== undefined) lines.push(`  ${failure.url}`);
  lines.push(`  ${code}  ${docs}`);
  return `${lines.join("\n")}\n`;
}
