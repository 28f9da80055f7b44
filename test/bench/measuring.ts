// What a process and its children have cost, read from Linux' /proc; other systems have nothing of that kind.
import { readdirSync, readFileSync } from "node:fs";

/** Whether processor time and memory can be read here. */
export const CAN_MEASURE = process.platform === "linux";

export interface Memory {
  readonly rssMb: number;
  /** What would be free if the process ended: pages that no other process has. */
  readonly privateMb: number;
}

const MIB_OF_KIB = 1 / 1_024;
/** The kernel reports times of ended children in hundredths of a second, whatever its own clock. */
const TICK_MS = 10;

/** Processor time of every thread of a process and its children, ms; undefined where it cannot be read. */
export function cpuMs(pid: number | undefined): number | undefined {
  if (!CAN_MEASURE || pid === undefined) return undefined;
  return total(processTree(pid).map((one) => threadsMs(one) + endedChildrenMs(one)));
}

/** Of a process and its children together; undefined where it cannot be read. */
export function memoryOf(pid: number | undefined): Memory | undefined {
  if (!CAN_MEASURE || pid === undefined) return undefined;
  const each = processTree(pid).map((one) => readProc(`${one}/smaps_rollup`));
  const sum = (name: string): number =>
    total(each.map((text) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0)));
  return {
    rssMb: sum("Rss") * MIB_OF_KIB,
    privateMb: (sum("Private_Clean") + sum("Private_Dirty")) * MIB_OF_KIB,
  };
}

/** The process and all below it that live. */
export function processTree(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) =>
    readProc(`${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** In nanoseconds by the scheduler, so that short spans can be measured. */
function threadsMs(pid: number): number {
  return (
    total(tasksOf(pid).map((task) => Number(readProc(`${pid}/task/${task}/schedstat`).split(" ")[0]))) / 1e6
  );
}

function endedChildrenMs(pid: number): number {
  // The name before it, in brackets, may have blanks.
  const fields = readProc(`${pid}/stat`)
    .replace(/^.*\)\s/s, "")
    .split(" ");
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS;
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // gone meanwhile
  }
}

function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    return "";
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
