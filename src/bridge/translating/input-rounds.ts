// A legacy host's request to a modern remote, through as many rounds as the remote needs: what it asks for is asked of the
// host, and the request is sent again with the answers (2026-07-28, patterns/mrtr).

import { Failure } from "../../core/failure/failure.ts";
import {
  isObject,
  type JsonObject,
  type RequestMessage,
  type ResponseMessage,
} from "../../core/mcp/message.ts";
import { quoted } from "../../core/text/printable.ts";
import { requestMessage } from "../era/edit-message.ts";
import {
  hostRequest,
  type InputRequest,
  type InputRequired,
  inputRequired,
  inputResponse,
  inputResponses,
  notDeclared,
} from "../era/input-requests.ts";
import { isLogLevel } from "../era/log-levels.ts";
import { type HostProfile, legacyResponse, modernRequest, type RoundAnswers } from "../era/to-modern.ts";
import { resultTypeOf } from "../era/verdict.ts";
import type { BridgeRequests } from "../messages/bridge-requests.ts";
import { notification } from "../messages/bridge-requests.ts";
import type { OnAccompanying, OutboundMessage } from "../messages/outbound-message.ts";
import type { PendingRequest } from "../messages/pending-request.ts";
import type { BridgeContext } from "../session/bridge-context.ts";
import { badResponse, type SendOutcome } from "../transport/transport.ts";
import type { HostQuestions } from "./host-questions.ts";
import type { ModernExchange } from "./modern-exchange.ts";

export interface InputRoundsOptions extends BridgeContext {
  readonly exchange: ModernExchange;
  readonly bridgeRequests: BridgeRequests;
  readonly questions: HostQuestions;
  readonly sendToHost: (message: Buffer) => void;
}

/** A remote that asks again and again is given up. */
const MAX_ROUNDS = 10;
/** Between rounds in which nobody is asked: the remote waits for something else. */
const PAUSE_MS = 1_000;
const ANSWERED: SendOutcome = { kind: "ended", end: {}, accepted: false };

interface Rounds {
  posts: number;
  count: number;
  answers: RoundAnswers | undefined;
  /** Addresses that the host may still show. */
  readonly elicitationIds: string[];
}

export class InputRounds {
  readonly #options: InputRoundsOptions;
  /** Kept while a message is tried again: a person is not asked twice. */
  readonly #rounds = new WeakMap<OutboundMessage, Rounds>();

  constructor(options: InputRoundsOptions) {
    this.#options = options;
  }

  /** @param profile the host's own */
  async run(
    outbound: OutboundMessage,
    message: RequestMessage,
    onMessage: OnAccompanying,
    profile: HostProfile,
  ): Promise<SendOutcome> {
    const [host] = outbound.requests;
    if (host === undefined) return ANSWERED;
    const rounds = this.#rounds.get(outbound) ?? {
      posts: 0,
      count: 0,
      answers: undefined,
      elicitationIds: [],
    };
    this.#rounds.set(outbound, rounds);
    for (;;) {
      const request = this.#request(message, profile, rounds);
      const { outcome, response } = await this.#options.exchange.send(outbound, request, {
        onMessage,
        onResponse: (answer) => takeComplete(message, answer, host),
      });
      if (host.done) this.#completed(rounds);
      if (host.done || response === undefined) return outcome;
      const asked = inputRequired(response);
      if (asked === undefined || typeof asked === "string") {
        host.fail(badResponse(asked ?? "is of a kind that this host does not know"));
        return ANSWERED;
      }
      rounds.count += 1;
      if (rounds.count > MAX_ROUNDS) host.fail(badResponse(`asks for input for the ${rounds.count}th time`));
      else rounds.answers = await this.#answers(host, asked, rounds);
      if (host.done) this.#completed(rounds);
      if (host.done || rounds.answers === undefined) return ANSWERED;
    }
  }

  #request(message: RequestMessage, profile: HostProfile, rounds: Rounds): RequestMessage {
    const { bridgeRequests, session } = this.#options;
    rounds.posts += 1;
    const id = rounds.posts === 1 ? message.id : bridgeRequests.nextId();
    // The bridge's own question whether the remote is there.
    if (message.method === "ping") {
      const params = JSON.stringify({});
      return modernRequest(requestMessage(id, "server/discover", params), profile);
    }
    const level = session.logLevel?.value.params;
    const logLevel = isObject(level) && isLogLevel(level.level) ? level.level : undefined;
    return modernRequest(message, profile, { id, logLevel, answers: rounds.answers });
  }

  /** Undefined: the host's request is answered already. */
  async #answers(
    host: PendingRequest,
    { requests, state }: InputRequired,
    rounds: Rounds,
  ): Promise<RoundAnswers | undefined> {
    const undeclared = requests
      .map((one) => notDeclared(one, this.#capabilities))
      .find((one) => one !== undefined);
    if (undeclared !== undefined) {
      const words = `The server asked for ${quoted(undeclared)}, which this host does not offer.`;
      host.fail(new Failure("REMOTE_BAD_ANSWER", words));
      return undefined;
    }
    if (requests.length === 0) {
      const { clock, lifetime } = this.#options;
      await Promise.race([clock.sleep(PAUSE_MS, lifetime).catch(() => undefined), host.whenDone]);
      return { responses: undefined, state };
    }
    const given = await Promise.all(requests.map((one) => this.#ask(host, one, rounds)));
    const answers = new Map<string, Buffer>();
    for (const [at, request] of requests.entries()) {
      const answer = given[at];
      const response = answer && inputResponse(request, answer);
      if (answer !== undefined && response === undefined) refuse(host, request, answer);
      if (response === undefined) return undefined;
      answers.set(request.key, response);
    }
    return { responses: inputResponses(answers), state };
  }

  async #ask(
    host: PendingRequest,
    request: InputRequest,
    rounds: Rounds,
  ): Promise<ResponseMessage | undefined> {
    const { bridgeRequests, questions } = this.#options;
    const id = bridgeRequests.nextId();
    const elicitationId = id.key.slice(1);
    if (request.method === "elicitation/create") rounds.elicitationIds.push(elicitationId);
    return questions.ask(hostRequest(request, id, elicitationId), host.whenDone);
  }

  get #capabilities(): JsonObject {
    const params = this.#options.session.initialize?.value.params;
    return isObject(params) && isObject(params.capabilities) ? params.capabilities : {};
  }

  /** What the host shows at an address has served its purpose. */
  #completed({ elicitationIds }: Rounds): void {
    for (const elicitationId of elicitationIds.splice(0))
      this.#options.sendToHost(notification("notifications/elicitation/complete", { elicitationId }).bytes);
  }
}

/** False: the remote wants something more, or the answer is of a kind that the host cannot read. */
function takeComplete(message: RequestMessage, answer: ResponseMessage, host: PendingRequest): boolean {
  if ((resultTypeOf(answer) ?? "complete") !== "complete") return false;
  const isPing = message.method === "ping";
  host.respond(legacyResponse(isPing ? "server/discover" : message.method, answer, host.id));
  return true;
}

/** The host refused to answer, and the remote cannot be told so: the call ends with the host's own words. */
function refuse(host: PendingRequest, { method }: InputRequest, { value: { error } }: ResponseMessage): void {
  const said = isObject(error) && typeof error.message === "string" ? `: ${quoted(error.message)}` : "";
  host.fail(
    new Failure("REMOTE_BAD_ANSWER", `The server asked for ${method}, and this host refused${said}.`),
  );
}
