/**
 * The lines that differ, `-` before the old ones and `+` before the new ones. No lines around them: they are other servers',
 * and may hold secrets.
 */
export function lineDiff(before: string, after: string): string[] {
  const [old, now] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(old.length, now.length) - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end += 1;
  }
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  return [...gone.map((line) => `- ${line}`), ...come.map((line) => `+ ${line}`)];
}
