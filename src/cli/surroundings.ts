import type { ReadStream, WriteStream } from "node:tty";

/** What the program is started with. The only way in for argv, environment and standard streams. */
export interface Surroundings {
  /** Without node and script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Absolute; relative paths on the command line start here. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly exit: (code: number) => never;
}
