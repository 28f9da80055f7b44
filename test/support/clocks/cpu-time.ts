/** Milliseconds that processors have worked for this process: unlike passed time, the same on a machine that is busy. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
