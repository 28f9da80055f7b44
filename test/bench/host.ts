// The host of the benchmark: starts a bridge, talks to it, and knows when each answer came.
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { cpuMs, type Memory, memoryOf, processTree } from "./measuring.ts";
import { LARGE_BYTES } from "./sizes.ts";

/** What to start, with all of its environment. */
export interface Start {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Echo {
  readonly text?: string;
  /** Characters to get back. */
  readonly size?: number;
  readonly sse?: boolean;
}

interface Waiting {
  readonly answered: (line: string) => void;
  readonly failed: (error: Error) => void;
}

/** Longest wait for an answer, ms: 256 MiB on a machine that others use. */
const ANSWER_MS = 180_000;
/** How long a bridge may take to leave before it is killed, ms. */
const LEAVE_MS = 3_000;

export class Host {
  readonly #child: ChildProcess;
  readonly #startedMs = performance.now();
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #gone = false;
  #nextId = 1;
  #stderr = "";
  #begun: Buffer[] = [];

  constructor({ words: [command = "", ...args], env }: Start) {
    this.#child = spawn(command, args, { env, cwd: tmpdir(), stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin?.on("error", () => {}); // it may be gone; `#exited` tells
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("latin1")).slice(-1_000);
    });
    this.#exited = new Promise((done) => {
      const over = (why: string): void => {
        this.#gone = true;
        for (const { failed } of this.#waiting.values()) failed(new Error(`${why}\n${this.#stderr}`));
        done();
      };
      this.#child.once("error", (error) => over(error.message));
      this.#child.once("exit", (code, signal) => over(`it ended (${code ?? signal})`));
    });
  }

  /** Since it was started, ms. */
  get ageMs(): number {
    return performance.now() - this.#startedMs;
  }

  cpuMs(): number | undefined {
    return cpuMs(this.#child.pid);
  }

  memory(): Memory | undefined {
    return memoryOf(this.#child.pid);
  }

  /** As hosts do: `initialize` at once, and the tools as soon as that is answered. */
  async handshake(): Promise<void> {
    const clientInfo = { name: "bench-host", version: "1" };
    await this.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.#child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    const tools = await this.request("tools/list", {});
    if (!tools.includes('"echo"'))
      throw new Error(`these are not the server's tools: ${tools.slice(0, 200)}`);
  }

  echo(given: Echo): Promise<string> {
    return this.request("tools/call", { name: "echo", arguments: given });
  }

  /** Calls `echo` with a text of so many bytes, which is written without being turned into JSON. */
  upload(text: Buffer): Promise<string> {
    return this.#send((id) => {
      const head = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"`;
      this.#child.stdin?.write(head);
      this.#child.stdin?.write(text);
      this.#child.stdin?.write('"}}}\n');
    });
  }

  /** @returns the answer's line; of a large one its beginning */
  request(method: string, params: object): Promise<string> {
    return this.#send((id) => {
      this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
  }

  /** As hosts do: closes its input, and kills it if that does not help. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), LEAVE_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** With the processes that it has started. */
  kill(): void {
    if (!this.#gone && this.#child.pid !== undefined)
      for (const pid of processTree(this.#child.pid)) endProcess(pid);
  }

  #send(write: (id: number) => void): Promise<string> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<string>((answered, failed) => {
      if (this.#gone) return failed(new Error(`it has ended\n${this.#stderr}`));
      const timer = setTimeout(() => failed(new Error(`no answer\n${this.#stderr}`)), ANSWER_MS);
      this.#waiting.set(id, {
        answered: (line) => {
          clearTimeout(timer);
          answered(line);
        },
        failed: (error) => {
          clearTimeout(timer);
          failed(error);
        },
      });
      write(id);
    });
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#begun.push(chunk.subarray(from, end));
      this.#take(this.#begun);
      this.#begun = [];
      from = end + 1;
    }
    if (from < chunk.length) this.#begun.push(chunk.subarray(from));
  }

  #take(parts: readonly Buffer[]): void {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const line = bytes > LARGE_BYTES ? ends(parts) : Buffer.concat(parts).toString();
    const id = bytes > LARGE_BYTES ? Number(/"id":(\d+)/.exec(line)?.[1]) : idOf(line);
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (line.includes('"error":{')) waiting.failed(new Error(line.slice(0, 500)));
    else waiting.answered(line);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone meanwhile
  }
}

/** What a large message begins and ends with; between them is only padding. */
function ends(parts: readonly Buffer[]): string {
  const last = Buffer.concat(parts.slice(-2)).toString("latin1");
  return `${parts[0]?.toString("latin1", 0, 200)} ${last.slice(-200)}`;
}

/** Undefined: a request or notification of the server, or a member that a host does not wait for. */
function idOf(line: string): number | undefined {
  const message = JSON.parse(line) as { id?: unknown; method?: unknown };
  return message.method === undefined && typeof message.id === "number" ? message.id : undefined;
}
