import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { VaultOrder, VaultReport } from "./vault-process.ts";

/** One started `vault-process`. */
export interface VaultProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it reported so far. */
  readonly reports: readonly VaultReport[];
  tell(order: VaultOrder): void;
  /** The first report, already made or still to come, that `fits`; it is taken off the list. */
  next<T extends VaultReport>(fits: (report: VaultReport) => report is T): Promise<T>;
  /** Tells and waits until it is done. @throws Error when it failed */
  ask(order: VaultOrder): Promise<Extract<VaultReport, { done: string }>>;
  /** Also one that is stopped. */
  kill(): Promise<void>;
}

export async function startVaultProcess(folder: string, kind = "file"): Promise<VaultProcess> {
  const child = fork(path.join(import.meta.dirname, "vault-process.js"), [folder, kind]);
  const reports: VaultReport[] = [];
  let wake = () => {};
  child.on("message", (report: VaultReport) => {
    reports.push(report);
    wake();
  });

  async function next<T extends VaultReport>(fits: (report: VaultReport) => report is T): Promise<T> {
    for (;;) {
      const at = reports.findIndex(fits);
      if (at !== -1) return reports.splice(at, 1)[0] as T;
      await new Promise<void>((done) => {
        wake = done;
      });
    }
  }

  await next((report): report is VaultReport => "event" in report && report.event === "ready");
  return {
    child,
    pid: child.pid ?? 0,
    reports,
    tell: (order) => void child.send(order),
    next,
    async ask(order) {
      child.send(order);
      const answer = await next(
        (report): report is Exclude<VaultReport, { event: string }> =>
          "failed" in report || ("done" in report && report.done === order.do),
      );
      if ("failed" in answer) throw new Error(`${answer.failed}: ${answer.message}`);
      return answer;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
