import type { ReadStream, WriteStream } from "node:tty";
import type { ProcessContext } from "../../app/adapters.ts";

/** What the program is started with. The only way in for argv, environment and standard streams. */
export interface ProgramContext extends ProcessContext {
  /** Without node and script. */
  readonly argv: readonly string[];
  /** Absolute; relative paths on the command line start here. */
  readonly cwd: string;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}
