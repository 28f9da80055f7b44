// How a scripted host holds the program: as a process of its own, or as the same program inside the test's process, on
// whatever clock the test has.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import { PassThrough } from "node:stream";
import type { Adapters } from "../../../src/app/adapters.ts";
import type { ProgramContext } from "../../../src/cli/command-line/program-context.ts";
import { run } from "../../../src/cli/run.ts";
import type { Browser } from "../../../src/core/ports/browser.ts";
import type { HttpClient } from "../../../src/core/ports/http.ts";
import { NodeHttpClient } from "../../../src/platform/http/http-client.ts";
import type { IdleClock } from "../clocks/idle-clock.ts";
import { PROGRAM } from "../project/program.ts";
import { NETWORK, SILENT } from "../remotes/network.ts";

export type Ending = "EOF" | "SIGTERM" | "SIGINT";

/** A started program. */
export interface HostProcess {
  write(text: string): void;
  end(how: Ending): void;
  /** Called with every piece of standard output. */
  onOutput(listener: (text: string) => void): void;
  /** Resolves when it is gone. */
  readonly exited: Promise<void>;
}

export interface Start {
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** The built program, by itself. */
export function spawnProgram({ args, env }: Start): HostProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env,
    cwd: tmpdir(),
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined); // it may be gone; `exited` tells
  child.stdout.setEncoding("utf8");
  return {
    write: (text) => void child.stdin.write(text),
    end: (how) => void (how === "EOF" ? child.stdin.end() : child.kill(how)),
    onOutput: (listener) => void child.stdout.on("data", listener),
    exited: new Promise((done, failed) => {
      child.once("error", failed);
      child.once("close", () => done());
    }),
  };
}

/** What the program inside the test does not take from the computer. */
export interface Inside {
  readonly clock: IdleClock;
  readonly browser: Browser;
}

/** All of the program but for clock and browser; its HTTP exchanges take no time on that clock. */
export function runInside({ args, env }: Start, { clock, browser }: Inside): HostProcess {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ encoding: "utf8" });
  // It listens for signals, asks for its parent, and would end the process: none of that is the test's.
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const self = Object.assign(events, {
    ppid: process.ppid,
    platform: process.platform,
    exit: () => undefined,
    kill: () => true,
  });
  const context = {
    process: self,
    parent: process.ppid,
    argv: args,
    env,
    cwd: tmpdir(),
    platform: process.platform,
    stdin,
    stdout,
    stderr: new PassThrough().resume(),
  } as unknown as ProgramContext;
  const http = withoutTime(
    new NodeHttpClient({ network: NETWORK, env: {}, clock, diagnostics: SILENT }),
    clock,
  );
  const replaced: Partial<Adapters> = { clock, browser, http };
  const exited = run(context, replaced).then(() => undefined);
  return {
    write: (text) => void stdin.write(text),
    end: (how) => void (how === "EOF" ? stdin.end() : events.emit(how)),
    onOutput: (listener) => void stdout.on("data", listener),
    exited,
  };
}

/** No time passes between a request and the end of its answer. */
function withoutTime(http: HttpClient, clock: IdleClock): HttpClient {
  return {
    async send(request) {
      const response = await clock.during(http.send(request));
      const over = new Promise<void>((done) => {
        response.body.once("close", done);
        response.body.once("end", done);
        response.body.once("error", () => done());
      });
      if (!response.body.closed) void clock.during(over);
      return response;
    },
    dropConnections: () => http.dropConnections(),
    close: () => http.close(),
  };
}
