import { isObject } from "../../core/mcp/json-object.ts";
import type { HostRow } from "./host-table.ts";

/** A local program as hosts start it. */
export interface ProgramEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The entry as this host writes it. @param name for hosts that keep a list */
export function writeEntry(host: HostRow, name: string, entry: ProgramEntry): Record<string, unknown> {
  const { command, args, env } = entry;
  const hasEnv = Object.keys(env).length > 0;
  if (host.form === "command-array") {
    return { ...host.extra, command: [command, ...args], ...(hasEnv && { environment: env }) };
  }
  const { type, ...extra } = host.extra ?? {};
  return {
    ...(host.form === "named-list" && { name }),
    ...(type !== undefined && { type }),
    command,
    args: [...args],
    ...(hasEnv && { env }),
    ...extra,
  };
}

/** What an entry starts; undefined where it is no program (a URL), or nothing that this host could start. */
export function readEntry(value: unknown): ProgramEntry | undefined {
  if (!isObject(value)) return undefined;
  // Cline also writes { transport: { type: "stdio", command, args, env } }; Zed once { command: { path, args, env } }.
  if (isObject(value.transport)) return readEntry(value.transport);
  if (isObject(value.command)) return readEntry({ ...value.command, command: value.command.path });
  const words = Array.isArray(value.command)
    ? value.command
    : [value.command, ...(Array.isArray(value.args) ? value.args : [])];
  const [command, ...args] = words.map((word) => (typeof word === "number" ? `${word}` : word));
  if (typeof command !== "string" || !args.every((word) => typeof word === "string")) return undefined;
  const env = [value.env, value.environment].find(isObject) ?? {};
  const texts = Object.entries(env).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return { command, args: args as string[], env: Object.fromEntries(texts) };
}

/**
 * The address that an entry of ours connects to; undefined for any other entry.
 * @param program where this very program is: a clone may lie in a folder of any name
 */
export function ownAddress(entry: ProgramEntry | undefined, program: string): string | undefined {
  if (entry === undefined) return undefined;
  const words = [entry.command, ...entry.args];
  const at = words.findIndex(
    (word) => word === program || /(?:^|[\\/@])(?:mcp-)?drawbridge(?:$|[\\/@.])/.test(word),
  );
  return at < 0 ? undefined : words.slice(at + 1).find((word) => /^https?:\/\//i.test(word));
}

/** The host's own entry with another program in it. What else it has (time limits, trusted tools) stays. */
export function replaceProgram(host: HostRow, value: unknown, entry: ProgramEntry): unknown {
  if (!isObject(value)) return writeEntry(host, "", entry);
  if (isObject(value.transport)) {
    return { ...value, transport: replaceProgram({ ...host, form: "flat" }, value.transport, entry) };
  }
  const { command: _, args: __, env: ___, environment: ____, ...others } = value;
  const { command, args, env } = entry;
  const hasEnv = Object.keys(env).length > 0;
  return host.form === "command-array"
    ? { ...others, command: [command, ...args], ...(hasEnv && { environment: env }) }
    : { ...others, command, args: [...args], ...(hasEnv && { env }) };
}
