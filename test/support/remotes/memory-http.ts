// HTTP without a network: what the bridge sends is answered in the process, streams among it.
import { PassThrough } from "node:stream";
import type { HttpClient, HttpRequest, HttpResponse } from "../../../src/core/ports/http.ts";
import { event, isObject, type Json } from "../hosts/rpc-text.ts";

/** One request, as a remote sees it. */
export interface MemoryExchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `{}` where there is no body. */
  readonly message: Json;
}

/** An answer as events. */
export interface MemoryStream {
  readonly isOpen: boolean;
  send(message: Json): void;
  end(): void;
  onClose(action: () => void): void;
}

export interface MemoryAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly events?: (stream: MemoryStream) => void;
}

export class MemoryHttp implements HttpClient {
  readonly #answer: (exchange: MemoryExchange) => Promise<MemoryAnswer>;

  constructor(answer: (exchange: MemoryExchange) => Promise<MemoryAnswer>) {
    this.#answer = answer;
  }

  async send({ method, headers, body, handle, signal, onConnected }: HttpRequest): Promise<HttpResponse> {
    onConnected?.();
    const stream = new PassThrough();
    stream.on("error", () => undefined);
    const ended = new Promise<never>((_done, fail) => {
      const abort = (reason: unknown): void => {
        fail(reason);
        stream.destroy(reason instanceof Error ? reason : new Error("ended"));
      };
      if (handle) handle.request = { abort };
      signal?.addEventListener("abort", () => abort(signal.reason), { once: true });
    });
    ended.catch(() => undefined);
    const message: unknown = body === undefined ? {} : JSON.parse(body.toString("utf8"));
    const exchange = { method, headers, message: isObject(message) ? message : { batch: message } };
    const answer = await Promise.race([this.#answer(exchange), ended]);
    const type = answer.events ? "text/event-stream" : "application/json";
    const has = answer.json !== undefined || answer.events !== undefined;
    if (answer.events) answer.events(streamOf(stream));
    else stream.end(answer.json === undefined ? "" : JSON.stringify(answer.json));
    const given = { ...(has && { "content-type": type }), ...answer.headers };
    return {
      status: answer.status,
      headers: given,
      headerValues: (name) => Object.entries(given).flatMap(([one, value]) => (one === name ? [value] : [])),
      body: stream,
    };
  }

  dropConnections(): void {}

  close(): void {}
}

function streamOf(stream: PassThrough): MemoryStream {
  return {
    get isOpen() {
      return stream.writable;
    },
    send(message) {
      if (stream.writable) stream.write(event({ jsonrpc: "2.0", ...message }));
    },
    end: () => void stream.end(),
    onClose: (action) => void stream.once("close", action),
  };
}
