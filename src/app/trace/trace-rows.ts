// Lines of the debug log as rows of the chart. Lines of other releases are read as far as they are understood.
import { isObject } from "../../core/mcp/message.ts";
import { outgoing } from "../../core/text/outgoing.ts";
import { explanationOf } from "./explanations.ts";
import type { Lane, RowKind, TraceRow } from "./trace-row.ts";

type Values = Readonly<Record<string, unknown>>;

const MAX_VALUE = 2_000;
const STANDARD = new Set(["time", "at", "pid", "event"]);
/** `http.closed` says only how long the body took, `signin.http` what the exchange has said. */
const LEFT_OUT = new Set(["http.closed", "signin.http"]);

/** Takes one line after the other: an answer is drawn by what its request was. */
export class TraceRows {
  /** Exchange to what was asked. */
  readonly #exchanges = new Map<
    string,
    { readonly lane: Lane; readonly title: string; readonly ids: readonly string[] }
  >();

  /** Undefined: no event, or one that is not drawn. */
  row(line: string): TraceRow | undefined {
    const values = parsed(line);
    if (values === undefined || typeof values.event !== "string" || LEFT_OUT.has(values.event))
      return undefined;
    const { event } = values;
    const base = {
      at: typeof values.at === "number" ? values.at : 0,
      time: text(values.time),
      ids: idsOf(values),
      fields: Object.entries(values)
        .filter(([name]) => !STANDARD.has(name))
        .map(([name, value]) => [name, text(value)] as const),
    };
    const step = typeof values.step === "string" ? values.step : undefined;
    const why = explanationOf(event, step);
    return { ...base, ...this.#drawn(event, values, step), ...(why !== undefined && { why }) };
  }

  #drawn(
    event: string,
    values: Values,
    step: string | undefined,
  ): Pick<TraceRow, "from" | "to" | "kind" | "title" | "ok"> {
    if (event.startsWith("http.")) return this.#exchange(event, values, step);
    if (event === "host.answered") {
      const outcome = text(values.outcome);
      const ok = outcome === "result" || !/error|_/.test(outcome);
      return { ...arrow("bridge", "host", "message"), title: `${text(values.method)}: ${outcome}`, ok };
    }
    if (/^host\.(?:request|notification|response|batch)$/.test(event))
      return { ...arrow("host", "bridge", "message"), title: text(values.method), ok: true };
    if (event === "browser.opened")
      return {
        ...arrow("bridge", "browser", "sign-in"),
        title: `Open the sign-in page: ${text(values.outcome)}`,
        ok: values.outcome === "started",
      };
    const kind = /^(?:signin|auth|token|secret)\./.test(event) ? "sign-in" : "note";
    return {
      ...arrow("bridge", "bridge", kind),
      title: noteOf(event, values),
      ok: !/failed|refused|bug|lost/.test(event),
    };
  }

  #exchange(
    event: string,
    values: Values,
    step: string | undefined,
  ): Pick<TraceRow, "from" | "to" | "kind" | "title" | "ok"> & { ids?: readonly string[] } {
    const key = text(values.exchange);
    if (event === "http.sent") {
      const lane: Lane =
        step === undefined || step.startsWith("Looking for the resource") ? "remote" : "issuer";
      const title = `${text(values.method)} ${text(values.url)}`;
      this.#exchanges.set(key, { lane, title, ids: idsOf(values) });
      const kind = step === undefined ? "http" : "sign-in";
      return {
        ...arrow("bridge", lane, kind),
        title: step === undefined ? title : `${step}: ${title}`,
        ok: true,
      };
    }
    const asked = this.#exchanges.get(key) ?? { lane: "remote" as const, title: "", ids: [] };
    const failed = event === "http.failed";
    const status = Number(values.status);
    const title = failed ? `failed: ${text(values.failed)}` : `${status} ${text(values.type)}`.trim();
    const kind = asked.ids.some((id) => id.startsWith("sign-in")) ? "sign-in" : "http";
    const ms = values.ms === undefined ? "" : `  (${text(values.ms)} ms)`;
    return {
      ...arrow(asked.lane, "bridge", kind),
      title: title + ms,
      ok: !failed && status < 400,
      ids: asked.ids,
    };
  }
}

function arrow(from: Lane, to: Lane, kind: RowKind) {
  return { from, to, kind };
}

function noteOf(event: string, values: Values): string {
  if (event === "notice") return `said: ${text(values.text)}`;
  const shown = Object.entries(values).filter(
    ([name]) => !STANDARD.has(name) && name !== "signIn" && name !== "message",
  );
  const rest = shown.slice(0, 3).map(([name, value]) => `${name} ${text(value)}`);
  return [event.replace(/^signin/, "sign-in").replaceAll(".", " "), ...rest].join(", ");
}

function idsOf({ message, exchange, signIn }: Values): readonly string[] {
  const named = { message, exchange, "sign-in": signIn };
  return Object.entries(named).flatMap(([name, value]) =>
    typeof value === "number" ? [`${name} ${value}`] : [],
  );
}

/** Whoever sends a log may have written it: cleaned, and looked through for secrets once more. */
function text(value: unknown): string {
  if (typeof value === "string") return outgoing(value, MAX_VALUE);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function parsed(line: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
