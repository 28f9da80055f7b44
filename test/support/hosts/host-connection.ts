// JSON-RPC between a scripted host and the program: requests with a limit, on the clock of the test.
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { HostProcess } from "./host-process.ts";
import { isObject, type Json } from "./rpc-text.ts";

export interface Answered {
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly message: string };
  /** From the start of the process. */
  readonly atMs: number;
  readonly tookMs: number;
}

export interface HostConnectionOptions {
  readonly process: HostProcess;
  readonly clock: Clock;
  /** `Content-Length` headers in place of lines. */
  readonly framed?: boolean;
  /** What the bridge asks; the answer's `result`. */
  readonly onRequest: (method: string, params: Json) => Json;
  readonly onNotification: (method: string) => void;
}

export class HostConnection {
  /** Answers that came when nobody waited for them any more, by method. */
  readonly tooLate: string[] = [];
  readonly #options: HostConnectionOptions;
  readonly #startedMs: number;
  readonly #open = new Map<number, { method: string; resolve: (message: Json) => void }>();
  readonly #methods: string[] = [];
  #text = "";

  constructor(options: HostConnectionOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    options.process.onOutput((text) => this.#read(text));
  }

  /** Since the process was started. */
  get atMs(): number {
    return this.#options.clock.monotonicMs() - this.#startedMs;
  }

  /** Undefined: not answered by `untilMs`, counted from the start of the process. */
  request(
    method: string,
    params: Json,
    untilMs: number,
  ): { id: number; answer: Promise<Answered | undefined> } {
    const { clock } = this.#options;
    const askedMs = this.atMs;
    const id = this.#methods.push(method);
    const answer = new Promise<Answered | undefined>((resolve) => {
      const cancel = clock.after(untilMs - askedMs, () => {
        this.#open.delete(id);
        resolve(undefined);
      });
      this.#open.set(id, {
        method,
        resolve: (message) => {
          cancel();
          resolve({ ...message, atMs: this.atMs, tookMs: this.atMs - askedMs } as Answered);
        },
      });
    });
    this.#send({ id, method, params });
    return { id, answer };
  }

  notify(method: string, params: Json = {}): void {
    this.#send({ method, params });
  }

  #send(message: Json): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    const header = `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
    this.#options.process.write(this.#options.framed ? header + text : `${text}\n`);
  }

  #read(text: string): void {
    this.#text += text;
    for (let message = this.#next(); message !== undefined; message = this.#next()) this.#take(message);
  }

  #next(): Json | undefined {
    const { framed } = this.#options;
    const [whole, length] = (framed ? /^Content-Length: (\d+)\r\n\r\n/ : /^.*\n/).exec(this.#text) ?? [];
    if (whole === undefined) return undefined;
    const size = whole.length + Number(length ?? 0);
    if (this.#text.length < size) return undefined;
    const text = framed ? this.#text.slice(whole.length, size) : whole;
    this.#text = this.#text.slice(size);
    const message: unknown = JSON.parse(text);
    return isObject(message) ? message : {};
  }

  #take(message: Json): void {
    const { onRequest, onNotification } = this.#options;
    const { id, method } = message;
    const params = isObject(message.params) ? message.params : {};
    if (typeof method === "string") {
      if (id === undefined) onNotification(method);
      else this.#send({ id, result: onRequest(method, params) });
      return;
    }
    const waiting = this.#open.get(Number(id));
    this.#open.delete(Number(id));
    if (waiting) waiting.resolve(message);
    else this.tooLate.push(this.#methods[Number(id) - 1] ?? `answer ${id}`);
  }
}
