// A pipe without room: what a program writes to it arrives only when the test reads, and is lost if the program does
// not wait for that.
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import path from "node:path";
import { temporaryFolder } from "../project/temporary-folder.ts";

export interface FullPipe {
  /** For the standard output of a program; call `handOver` when it has been started. */
  readonly writeEnd: number;
  handOver(): void;
  /**
   * Reads to the end. @param pauseMs between two chunks, as of a reader that takes its time; default: none
   * @returns what came after the filling
   */
  read(pauseMs?: number): Promise<string>;
  /** As a reader that ends. */
  leave(): void;
}

export function fullPipe(): FullPipe {
  const folder = temporaryFolder();
  const name = path.join(folder.path, "pipe");
  execFileSync("mkfifo", [name]);
  const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(name, constants.O_WRONLY | constants.O_NONBLOCK);
  folder.remove();
  const filled = fill(writeEnd);
  return {
    writeEnd,
    handOver: () => closeSync(writeEnd),
    async read(pauseMs = 0) {
      const socket = new Socket({ fd: readEnd, readable: true, writable: false });
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (pauseMs === 0) return;
        socket.pause();
        setTimeout(() => socket.resume(), pauseMs);
      });
      await new Promise((done, failed) => socket.once("end", done).once("error", failed));
      return Buffer.concat(chunks).subarray(filled).toString("utf8");
    },
    leave: () => closeSync(readEnd),
  };
}

/** @returns how many bytes it took */
function fill(writeEnd: number): number {
  for (let filled = 0; ; ) {
    try {
      filled += writeSync(writeEnd, Buffer.alloc(4_096));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return filled;
      throw error;
    }
  }
}
