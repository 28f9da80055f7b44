// What the remote answers: protocol, session, tools.
import { rememberLists } from "../../bridge/remember-lists.ts";
import { Failure } from "../../core/failure/failure.ts";
import { isObject } from "../../core/mcp/message.ts";
import { isLegacyRevision } from "../../core/mcp/revisions.ts";
import type { Authorizer } from "../../core/ports/authorizer.ts";
import type { EventFields } from "../../core/ports/diagnostics.ts";
import { type CachedRemote, EMPTY_REMOTE_CACHE, type RemoteCache } from "../../core/ports/remote-cache.ts";
import type { Settings } from "../../core/settings.ts";
import { printable, quoted } from "../../core/text/printable.ts";
import type { Adapters } from "../adapters.ts";
import type { DoctorLine } from "./doctor-report.ts";
import { fail, pass, warn } from "./lines.ts";
import { SECTIONS } from "./sections.ts";

const MOST_NAMES = 40;

/** Makes a session with what is saved, lists, and ends it. Opens no browser. */
export async function sessionLines(
  { remote, headers, network, session }: Settings,
  adapters: Adapters,
  authorizer: Authorizer,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  let refused: Failure | undefined;
  let reason = "";
  const quiet: Authorizer = {
    credentials: (request, until) => authorizer.credentials(request, until),
    async challenged({ status }) {
      refused = new Failure(
        "AUTH_SIGN_IN_REQUIRED",
        `The server refuses the saved sign-in (status ${status}).`,
        {
          hint: "Run `mcp-drawbridge login` with the same address and flags, with --again.",
        },
      );
      throw refused;
    },
    inProgress: () => undefined,
    onSignIn: () => undefined,
    close: async () => undefined,
  };
  const diagnostics = {
    ...adapters.diagnostics,
    event(name: string, fields: EventFields = {}) {
      if (name === "login.not-listed") reason = String(fields.reason ?? "");
      adapters.diagnostics.event(name, fields);
    },
  };
  const { cache, said } = volatileCache();
  const startedMs = adapters.clock.monotonicMs();
  const options = {
    ...adapters,
    diagnostics,
    remote,
    headers,
    network,
    settings: session,
    authorizer: quiet,
  };
  await rememberLists(options, cache, signal);
  const ms = Math.round(adapters.clock.monotonicMs() - startedMs);
  const { initialize, lists, transport } = said();
  if (initialize === undefined) {
    if (refused !== undefined) return [fail("session", refused, "you", { section: SECTIONS.errors })];
    const why = reason === "" ? "" : `: ${reason}`;
    return [
      fail("session", new Failure("REMOTE_BAD_ANSWER", `No session could be made${why}`), "server", {
        section: SECTIONS.initialize,
      }),
    ];
  }
  return [handshakeLine(initialize, transport, ms), toolsLine(initialize, lists["tools/list"])];
}

function handshakeLine(
  initialize: Readonly<Record<string, unknown>>,
  transport: CachedRemote["transport"],
  ms: number,
): DoctorLine {
  const { protocolVersion, serverInfo } = initialize;
  const name =
    isObject(serverInfo) && typeof serverInfo.name === "string" ? ` by ${quoted(serverInfo.name, 60)}` : "";
  const by = transport === "sse" ? "the older HTTP+SSE" : "streamable HTTP";
  const version = typeof protocolVersion === "string" ? printable(protocolVersion, 40) : "none";
  const words = `Revision ${version}${name}, over ${by}.`;
  if (typeof protocolVersion === "string" && !isLegacyRevision(protocolVersion))
    return warn(
      "session",
      words,
      "The server should answer with a revision that it was asked for, or one it knows.",
      "server",
      {
        section: SECTIONS.version,
        ms,
      },
    );
  return pass("session", words, { section: SECTIONS.initialize, ms });
}

function toolsLine({ capabilities }: Readonly<Record<string, unknown>>, list: unknown): DoctorLine {
  const section = { section: SECTIONS.tools };
  if (!isObject(capabilities) || capabilities.tools === undefined)
    return pass("tools", "The server offers no tools.", section);
  const tools = isObject(list) && Array.isArray(list.tools) ? list.tools : undefined;
  if (tools === undefined)
    return warn(
      "tools",
      "The server offers tools and did not list them in time, or not in full.",
      "Look at the server's log for tools/list.",
      "server",
      section,
    );
  const names = tools
    .slice(0, MOST_NAMES)
    .map((tool: unknown) =>
      isObject(tool) && typeof tool.name === "string" ? printable(tool.name, 60) : "?",
    );
  const rest = tools.length > MOST_NAMES ? `, and ${tools.length - MOST_NAMES} more` : "";
  return pass(
    "tools",
    `${tools.length} ${tools.length === 1 ? "tool" : "tools"}: ${names.join(", ")}${rest}.`,
    section,
  );
}

function volatileCache(): { readonly cache: RemoteCache; said(): CachedRemote } {
  let now = EMPTY_REMOTE_CACHE;
  return {
    cache: {
      hints: async () => ({}),
      read: async () => now,
      async update(change) {
        now = change(now) ?? now;
      },
    },
    said: () => now,
  };
}
