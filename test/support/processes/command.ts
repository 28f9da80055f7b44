// A command that a person typed: what it says, and how it ends.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export class Command {
  readonly child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  /** Waits until standard error matches; the first group. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#stderr);
      if (found) return found[1] ?? found[0];
      assert.equal(this.child.exitCode, null, this.#stderr);
      await once(this.child.stderr ?? this.child, "data");
    }
  }

  async end(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    if (this.child.exitCode === null) await once(this.child, "close");
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
