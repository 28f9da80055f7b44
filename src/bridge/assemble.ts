// Puts the pieces of a bridge together. Who knows whom is decided here and nowhere else.

import { asFailure, type Failure } from "../core/failure.ts";
import type { RequestMessage } from "../core/message.ts";
import { errorAnswer } from "../core/rpc-error.ts";
import { ask } from "./ask.ts";
import type { BridgeOptions } from "./bridge.ts";
import { type Catalogue, createCatalogue, isListMethod } from "./catalogue.ts";
import { createConnector } from "./connector.ts";
import { createDelivery } from "./delivery.ts";
import { createExchange } from "./exchange.ts";
import type { Local } from "./local.ts";
import { isPassing } from "./next-step.ts";
import { createOpener } from "./opener.ts";
import { createOwnRequests } from "./own-requests.ts";
import { type Parcel, paramOf } from "./parcel.ts";
import { createSignInElicitation } from "./provisional/elicitation.ts";
import { createFrontDesk } from "./provisional/front-desk.ts";
import { createSignInTool } from "./provisional/sign-in-tool.ts";
import { SIGN_IN_TOOL } from "./provisional/stand-in.ts";
import { createRelay, type Relay } from "./relay.ts";
import { createRemote, type Remote } from "./remote.ts";
import { announceChanges } from "./return.ts";
import { createSession, type Session } from "./session.ts";
import { keepStream } from "./stream.ts";
import { createToolFilter } from "./tool-filter.ts";
import type { Waiting } from "./waiting.ts";
import { createWaitingRoom } from "./waiting-room.ts";

export interface Assembly {
  readonly relay: Relay;
  readonly remote: Remote;
  readonly session: Session;
  readonly catalogue: Catalogue;
}

export function assemble(options: BridgeOptions, local: Local, lifetime: AbortSignal): Assembly {
  const { authorizer, clock, diagnostics, http, network, random, settings } = options;
  const { maxMessageBytes, headersTimeoutMs } = network;
  const remote = createRemote({ url: options.remote.url, headers: options.headers, http, authorizer });
  const session = createSession();
  const own = createOwnRequests(random);
  const room = createWaitingRoom();
  const catalogue = createCatalogue(options.memory);
  const filter = createToolFilter(settings.tools);
  const send = (message: Buffer): void => local.send(message);

  const relay = createRelay({
    local,
    session,
    diagnostics,
    toolSafety: catalogue.mayRepeat,
    onInitialize,
    onParcel(parcel, message) {
      const isInitialized = message.kind === "notification" && message.method === "notifications/initialized";
      if (isInitialized) session.initialized = message;
      const { kind } = session.state;
      if (kind === "open" || kind === "none") dispatch(parcel);
      // The opener says `initialized` as soon as there is a session.
      else if (!isInitialized) desk.receive(parcel, message);
    },
    onAnswer(request, answer) {
      if (!isListMethod(request.method)) return answer.bytes;
      catalogue.onList(request, answer);
      return filter.active && request.method === "tools/list" ? filter.edit(answer) : answer.bytes;
    },
    onFailure(request, failure, waiting) {
      if (settings.provisional && isPassing(failure)) return desk.standInFor(request, waiting);
      return undefined;
    },
    intercept,
    forbiddenIn(batch) {
      for (const member of batch.members) {
        const tool = member.kind === "request" ? calledTool(member) : undefined;
        if (tool !== undefined && !filter.permits(tool, catalogue.isReadOnly)) return tool;
      }
      return undefined;
    },
    onOwnAnswer: (answer) => elicitation.onAnswer(answer),
  });
  const exchange = createExchange({
    remote,
    gate: local,
    maxMessageBytes,
    headersTimeoutMs,
    diagnostics,
    onMessage: relay.fromRemote,
  });
  const delivery = createDelivery({
    exchange,
    session,
    authorizer,
    clock,
    random,
    diagnostics,
    lifetime,
    signInPatienceMs: settings.provisional ? settings.handshakeWaitMs : undefined,
    renew: (lost, parcel) => connector.renew(lost, parcel.cause),
    onTrouble,
  });
  const opener = createOpener({
    session,
    delivery: () => delivery,
    own,
    diagnostics,
    onInitialized: catalogue.onInitialize,
  });
  const connector = createConnector({
    session,
    opener,
    clock,
    random,
    lifetime,
  });
  const desk = createFrontDesk({
    settings,
    remoteUrl: options.remote.url,
    session,
    room,
    connector,
    catalogue,
    authorizer,
    clock,
    filtered: filter.editResult,
    onGreeted: () => elicitation.watch(),
  });
  const elicitation = createSignInElicitation({
    session,
    authorizer,
    clock,
    own,
    remote: options.remote.url,
    send,
  });
  const signInTool = createSignInTool({
    session,
    authorizer,
    clock,
    firstWaitMs: settings.handshakeWaitMs,
    laterWaitMs: settings.listWaitMs,
    connect: () => connector.ensure("host"),
    async toolNames() {
      const request = own.make("tools/list");
      await ask(delivery, request).then(
        (answer) => catalogue.onList(request, answer),
        () => diagnostics.event("sign-in-tool.list-failed"),
      );
      return catalogue.toolNames().filter((name) => filter.permits(name, catalogue.isReadOnly));
    },
  });

  function onInitialize(message: RequestMessage, host: Waiting): void {
    desk.greet(message, host);
    opener.begin(message, host).catch((error: unknown) => {
      if (lifetime.aborted) return;
      const failure = asFailure(error);
      // What lasts (a wrong address, a refused sign-in) is for the host to hear; what passes is waited out.
      const waitsOut = settings.provisional && (host.done || isPassing(failure));
      if (!waitsOut) host.fail(failure);
      else void desk.greetNow(message, host);
      if (waitsOut) connector.retryLater();
    });
  }

  function intercept(request: RequestMessage, waiting: Waiting): boolean {
    const tool = calledTool(request);
    if (tool === undefined) return false;
    if (tool === SIGN_IN_TOOL && settings.provisional && !catalogue.toolNames().includes(tool)) {
      void signInTool.call(waiting);
      return true;
    }
    if (filter.permits(tool, catalogue.isReadOnly)) return false;
    waiting.answer(
      errorAnswer(request.id, -32602, "This tool is hidden by --ignore-tool, --allow-tool or --read-only."),
    );
    return true;
  }

  function dispatch(parcel: Parcel): void {
    void delivery.deliver(parcel);
  }

  function onTrouble(failure: Failure): void {
    if (failure.message === desk.trouble?.message) return;
    desk.trouble = failure;
    diagnostics.notice(`${failure.message} ${failure.hint} (${failure.code})`);
  }

  session.onChange((state) => {
    if (state.kind === "down") {
      onTrouble(state.failure);
      if (!connector.goesOn(state.failure)) desk.giveUp(state.failure);
    }
    if (state.kind !== "open") return;
    desk.trouble = undefined;
    room.empty(dispatch);
    const told = desk.takeTold();
    if (told.size > 0) void announceChanges({ delivery, own, catalogue, diagnostics, send }, told);
    void keepStream(
      {
        remote,
        session,
        gate: local,
        authorizer,
        clock,
        random,
        diagnostics,
        lifetime,
        maxMessageBytes,
        headersTimeoutMs,
        sink: relay.fromStream,
        onLost: (connection) => connector.renew(connection, "background").catch(() => undefined),
      },
      state.connection,
    );
  });

  return { relay, remote, session, catalogue };
}

function calledTool(request: RequestMessage): string | undefined {
  return request.method === "tools/call" ? paramOf(request.value, "name") : undefined;
}
