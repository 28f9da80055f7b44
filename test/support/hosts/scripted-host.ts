// A host that behaves as a row of the table says, and writes down what its person has seen, and when.
import type { Clock } from "../../../src/core/ports/clock.ts";
import { allPages } from "./all-pages.ts";
import { type Answered, HostConnection } from "./host-connection.ts";
import { discoverParams, initializeParams } from "./host-opening.ts";
import type { HostProcess } from "./host-process.ts";
import type { Asked, HostFacts } from "./host-table.ts";
import { isObject, type Json } from "./rpc-text.ts";
import type { Sighting, SignInCall, Timed } from "./sightings.ts";

export const SIGN_IN_TOOL = "drawbridge_sign_in";
const TOOLS_CHANGED = "notifications/tools/list_changed";
/** Nothing waits longer than the longest situation and everything behind it. */
const HORIZON_MS = 120_000;

export class ScriptedHost {
  readonly facts: HostFacts;
  readonly sightings: Sighting[] = [];
  readonly answers: Timed[] = [];
  /** Addresses that it was asked to show when it shows nothing. */
  readonly unseenDialogs: string[] = [];
  /** Why it ended the server by itself. */
  gaveUp: { readonly waitedFor: string; readonly atMs: number } | undefined;
  readonly #launch: () => HostProcess;
  readonly #clock: Clock;
  /** Added to every limit. */
  readonly #slackMs: number;
  #process: HostProcess;
  #connection: HostConnection;
  #calls = 0;
  #dialog: string | undefined;
  #watchers = new Set<() => void>();
  /** The server's capabilities: no host asks for lists that are not among them. */
  #offered: Json = {};

  /** Starts the program. @param slackMs more than it waits by itself, where the machine may be slow */
  constructor(facts: HostFacts, clock: Clock, launch: () => HostProcess, slackMs = 0) {
    this.facts = facts;
    this.#slackMs = slackMs;
    this.#clock = clock;
    this.#launch = launch;
    this.#process = launch();
    this.#connection = this.#connect(false);
  }

  /** Since the start of the process that it talks to. */
  get atMs(): number {
    return this.#connection.atMs;
  }

  get tooLate(): readonly string[] {
    return this.#connection.tooLate;
  }

  /** Everything up to the last first list. @param lateMs silent so long before */
  async start(lateMs = 0): Promise<void> {
    if (lateMs > 0) await this.#clock.sleep(lateMs);
    await this.#discover();
    if (await this.#initialize()) await this.#firstLists();
  }

  /** With the tools of an earlier start: until it is told of others, or its time is over. */
  async startFromKept(): Promise<void> {
    await this.#discover();
    if (!(await this.#initialize())) return;
    if (!(await this.sees(({ what }) => what === "tools", this.#limit(undefined))))
      await this.#giveUp(TOOLS_CHANGED);
  }

  async #firstLists(): Promise<void> {
    if (this.facts.asks.length === 0) this.#sees({ what: "connected", atMs: this.atMs, how: "listed" });
    for (const group of this.facts.asks) {
      await Promise.all(group.map((method) => this.#firstList(method)));
      if (this.gaveUp) return;
    }
  }

  /** The first sighting that fits, or undefined when there is none by `untilMs`. */
  async sees(fits: (sighting: Sighting) => boolean, untilMs: number): Promise<Sighting | undefined> {
    for (;;) {
      const found = this.sightings.find(fits);
      if (found || this.atMs >= untilMs) return found;
      await new Promise<void>((done) => {
        const cancel = this.#clock.after(untilMs - this.atMs, done);
        this.#watchers.add(() => {
          cancel();
          done();
        });
      });
    }
  }

  /** As the model does, or a person who has only tools. */
  async callSignIn(untilMs = HORIZON_MS): Promise<SignInCall | undefined> {
    this.#calls += 1;
    this.#dialog = undefined;
    const answer = await this.#ask("tools/call", { name: SIGN_IN_TOOL, arguments: {} }, untilMs);
    this.#calls -= 1;
    if (answer === undefined) return undefined;
    const text = answer.error?.message ?? JSON.stringify(answer.result?.content);
    const isError = answer.error !== undefined || answer.result?.isError === true;
    if (!isError && text.includes("echo"))
      this.#sees({ what: "tools", atMs: answer.atMs, how: "sign-in tool's words", text });
    return { text, isError, atMs: answer.atMs, dialog: this.#dialog };
  }

  /** Ends the server as this host does. @returns what that took */
  async quit(): Promise<number> {
    const fromMs = this.atMs;
    for (const how of this.facts.ends) this.#process.end(how);
    await this.#process.exited;
    return this.atMs - fromMs;
  }

  #connect(framed: boolean): HostConnection {
    return new HostConnection({
      process: this.#process,
      clock: this.#clock,
      framed,
      onRequest: (method, params) => this.#answer(method, params),
      onNotification: (method) => {
        if (method === TOOLS_CHANGED && this.facts.listsAgain === true && !this.gaveUp)
          void this.#listAgain();
      },
    });
  }

  async #restart(framed = false): Promise<void> {
    await this.quit();
    this.#process = this.#launch();
    this.#connection = this.#connect(framed);
  }

  async #discover(): Promise<void> {
    const { discover } = this.facts;
    if (discover === undefined) return;
    const untilMs = this.atMs + discover.limitMs + this.#slackMs;
    await this.#ask("server/discover", discoverParams(this.facts), untilMs);
    if (discover.throwAway) await this.#restart();
  }

  /** False: it gave up, or shows an error. */
  async #initialize(): Promise<boolean> {
    const { handshake, framedAgain } = this.facts;
    const params = initializeParams(this.facts);
    let answer = await this.#ask("initialize", params, this.#limit(handshake));
    if (answer === undefined && framedAgain) {
      await this.#restart(true);
      answer = await this.#ask("initialize", params, this.#limit(handshake));
    }
    if (answer === undefined) await this.#giveUp("initialize");
    else if (answer.error) this.#seesError(answer);
    else this.#connection.notify("notifications/initialized");
    this.#offered = isObject(answer?.result?.capabilities) ? answer.result.capabilities : {};
    return answer?.result !== undefined;
  }

  async #firstList(method: Asked): Promise<void> {
    const { list, listAttempts = 1, lateList, endsOnErrorOf } = this.facts;
    if (this.#offered[method.startsWith("logging") ? "logging" : method.slice(0, -5)] === undefined) return;
    for (let attempt = 1; attempt <= listAttempts; attempt += 1) {
      const params = method === "logging/setLevel" ? { level: "info" } : {};
      const { id, answer } = this.#send(method, params, this.#limit(list));
      const answered = await answer;
      if (answered?.result) {
        if (method === "tools/list") await this.#seesTools(answered, "listed");
        return;
      }
      if (answered === undefined) {
        if (lateList)
          this.#connection.notify("notifications/cancelled", { requestId: id, reason: "Timed out" });
        if (method === "tools/list" && (attempt === listAttempts || lateList?.closes)) {
          await this.#giveUp(method);
          return;
        }
      } else if (method === endsOnErrorOf) return this.#giveUp(`an error of ${method}`);
      else if (method === "tools/list" && attempt === listAttempts) this.#seesError(answered);
    }
  }

  async #listAgain(): Promise<void> {
    const answer = await this.#ask("tools/list", {}, HORIZON_MS);
    if (answer?.result) await this.#seesTools(answer, "listed again");
  }

  async #giveUp(waitedFor: string): Promise<void> {
    if (this.gaveUp) return;
    this.gaveUp = { waitedFor, atMs: this.atMs };
    await this.quit();
  }

  /** Until when it waits for what it asks now, from the start of the process. */
  #limit(own: HostFacts["list"]): number {
    const ownMs = own === undefined ? HORIZON_MS : this.atMs + own.ms;
    return Math.min(ownMs, this.facts.all?.ms ?? HORIZON_MS) + this.#slackMs;
  }

  #ask(method: string, params: Json, untilMs: number): Promise<Answered | undefined> {
    return this.#send(method, params, untilMs).answer;
  }

  #send(method: string, params: Json, untilMs: number) {
    const { id, answer } = this.#connection.request(method, params, untilMs);
    const noted = answer.then((got) => {
      if (got) this.answers.push({ method, atMs: got.atMs, tookMs: got.tookMs, answer: got });
      return got;
    });
    return { id, answer: noted };
  }

  #answer(method: string, params: Json): Json {
    if (method !== "elicitation/create") return {};
    const url = String(params.url);
    if (this.#calls === 0) {
      this.unseenDialogs.push(url);
      return { action: "cancel" };
    }
    this.#dialog = url;
    return { action: "accept" };
  }

  /** With the list's other pages, where it reads them. */
  async #seesTools(first: Answered, how: Sighting["how"]): Promise<void> {
    const answer = this.facts.readsFirstPageOnly
      ? first
      : await allPages(first, (params) => this.#ask("tools/list", params, HORIZON_MS));
    const listed = Array.isArray(answer.result?.tools) ? answer.result.tools : [];
    const names = listed.map((tool) => (isObject(tool) ? tool.name : undefined));
    if (names.includes("echo")) this.#sees({ what: "tools", atMs: answer.atMs, how });
    else if (names.includes(SIGN_IN_TOOL)) this.#sees({ what: "sign-in tool", atMs: answer.atMs, how });
  }

  #seesError({ error, atMs }: Answered): void {
    if (error?.message) this.#sees({ what: "reason", atMs, how: "error", text: error.message });
  }

  #sees(sighting: Sighting): void {
    this.sightings.push(sighting);
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher();
  }
}
