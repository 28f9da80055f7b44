// One request and the headers of its answer, on a connection that an agent provides.
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Failure } from "../../core/failure/failure.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { HttpRequest, HttpResponse } from "../../core/ports/http.ts";
import { type Abortable, joinAbortGroup, leaveAbortGroup } from "./abort-groups.ts";
import { networkFailure, type RequestProgress, switchedFailure } from "./http-errors.ts";
import { responseOf } from "./http-response.ts";
import { listenToAnswer, listenToRequest, type RequestListener } from "./request-listeners.ts";

export interface HttpRequestOptions {
  readonly request: HttpRequest;
  /** Makes the request; its headers are set, nothing is written yet. */
  readonly open: () => ClientRequest;
  /** `host:port`, for people. */
  readonly peer: string;
  readonly proxy: string | undefined;
  /** TCP and TLS together; through a proxy, that too. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

/** Bodies above this are written in parts, so that an upload that moves is told from one that is stuck. */
const PART_BYTES = 1 << 20;

/** Interim answers (1xx) to one request: some servers send 102 now and then while they work. */
const MAX_INTERIM = 1_000;

/**
 * Sends the request and waits for the answer's headers.
 * @throws Failure NETWORK_*; the reason of `request.signal`; the cause of a failure is Node's own error
 */
export function sendHttpRequest(options: HttpRequestOptions): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    new Exchange(options, resolve, reject).start();
  });
}

class Exchange implements RequestListener, Abortable {
  readonly #options: HttpRequestOptions;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  #outgoing: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;
  #connected = false;
  #disarm: (() => void) | undefined;
  #settled = false;
  #interim = 0;

  constructor(
    options: HttpRequestOptions,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { request, open, proxy } = this.#options;
    if (request.signal?.aborted) {
      this.#reject(request.signal.reason);
      return;
    }
    const outgoing = open();
    this.#outgoing = outgoing;
    listenToRequest(outgoing, this);
    if (proxy !== undefined) {
      outgoing.once("proxyConnect", (answer: { statusCode?: number }) => this.#onTunnel(answer.statusCode));
      this.#armConnect();
    }
    if (request.signal) joinAbortGroup(request.signal, this);
    if (request.handle) request.handle.request = this;
    this.#write(outgoing, request.body);
  }

  onError(error: Error): void {
    this.#fail(networkFailure(error, this.#state()));
  }

  onInterim(): void {
    this.#interim += 1;
    if (this.#interim <= MAX_INTERIM) return;
    const message = `${this.#options.peer} sent more than ${MAX_INTERIM} interim answers.`;
    this.#fail(new Failure("REMOTE_BAD_ANSWER", message));
  }

  onSwitched(): void {
    this.#fail(switchedFailure(this.#options.peer));
  }

  /** Every request closes: an error is made only where it says something. */
  onClose(): void {
    if (!this.#settled) this.onError(new Error("closed"));
  }

  #write(outgoing: ClientRequest, body: Buffer | undefined): void {
    if (body === undefined || body.length <= PART_BYTES) {
      outgoing.end(body);
      return;
    }
    // Node sets it by itself where the body is one piece.
    outgoing.setHeader("content-length", body.length);
    for (let at = 0; at < body.length; at += PART_BYTES) {
      outgoing.write(body.subarray(at, at + PART_BYTES), () => this.#connected && this.#armHeaders());
    }
    outgoing.end();
  }

  onSocket(socket: Socket): void {
    const { onAccepted } = this.#options.request;
    if (socket.connecting) socket.once("connect", () => onAccepted?.());
    // A proxy's connection is handed out when it is made.
    else if (!this.#outgoing?.reusedSocket) onAccepted?.();
    const securing = "secureConnecting" in socket && socket.secureConnecting === true;
    if (!socket.connecting && !securing) {
      this.#onConnected();
      return;
    }
    if (this.#disarm === undefined) this.#armConnect();
    socket.once("encrypted" in socket ? "secureConnect" : "connect", () => this.#onConnected());
  }

  #onConnected(): void {
    this.#connected = true;
    this.#options.request.onConnected?.();
    this.#armHeaders();
  }

  #armConnect(): void {
    const { connectTimeoutMs, proxy } = this.#options;
    const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    this.#arm(connectTimeoutMs, `could not be reached${through}`, "no");
  }

  /** (Again) waits for headers, from the last sign of life of the request itself. */
  #armHeaders(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    const limitMs = this.#options.request.headersTimeoutMs;
    if (limitMs === undefined || this.#settled) return;
    this.#arm(limitMs, "received the request but sent no response", "maybe");
  }

  #arm(limitMs: number, what: string, received: "no" | "maybe"): void {
    const { clock, peer } = this.#options;
    this.#disarm = clock.after(limitMs, () => {
      const message = `${peer} ${what} within ${limitMs / 1_000} s.`;
      this.#fail(new Failure("NETWORK_TIMEOUT", message, { received }));
    });
  }

  #onTunnel(status: number | undefined): void {
    // The plain-HTTP proxy agent reports its connection with no status. A refused CONNECT would otherwise be
    // handed out as if the remote had answered it.
    if (status === undefined || status === 200) return;
    const { peer, proxy = "" } = this.#options;
    const hint = status === 407 ? { hint: "Put user and password into the proxy's URL in HTTPS_PROXY." } : {};
    this.#fail(
      new Failure("NETWORK_PROXY", `The proxy ${proxy} refused to connect to ${peer} (status ${status}).`, {
        received: "no",
        status,
        ...hint,
      }),
    );
  }

  onAnswer(answer: IncomingMessage): void {
    if (this.#settled) {
      answer.destroy();
      return;
    }
    // Without the headers of an upgrade, Node hands it out as an answer: one whose body never ends.
    if (answer.statusCode === 101) {
      this.onSwitched();
      return;
    }
    this.#settled = true;
    this.#disarm?.();
    this.#answer = answer;
    listenToAnswer(answer, this);
    const encoding = answer.headers["content-encoding"];
    if (encoding === undefined || encoding === "identity") {
      this.#resolve(responseOf(answer, answer));
      return;
    }
    import("./content-encoding.ts")
      .then(({ decoded }) => this.#resolve(responseOf(answer, decoded(answer, encoding, this.#options.peer))))
      .catch((error: unknown) => {
        answer.destroy();
        this.#reject(error);
      });
  }

  onAnswerClose(): void {
    this.#leaveSignal();
  }

  bodyError(error: Error): Error {
    const { signal } = this.#options.request;
    if (signal?.aborted) return asError(signal.reason);
    return networkFailure(error, this.#state());
  }

  abort(reason: unknown): void {
    if (this.#answer === undefined) this.#fail(reason);
    else this.#answer.destroy(asError(reason));
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#disarm?.();
    this.#leaveSignal();
    this.#outgoing?.destroy();
    this.#reject(error);
  }

  #leaveSignal(): void {
    const { signal } = this.#options.request;
    if (signal) leaveAbortGroup(signal, this);
  }

  #state(): RequestProgress {
    return {
      peer: this.#options.peer,
      proxy: this.#options.proxy,
      connected: this.#connected,
      reused: this.#outgoing?.reusedSocket ?? false,
      answered: this.#answer !== undefined,
    };
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The request was aborted.", { cause: reason });
}
