import { isDeepStrictEqual } from "node:util";
import { Failure } from "../../core/failure/failure.ts";
import {
  changedLines,
  type HostConfig,
  hideValues,
  openHostConfig,
  type SetupContext,
  writeHostConfig,
} from "./host-config.ts";
import { ownAddress, type ProgramEntry, readEntry, writeEntry } from "./host-entry.ts";
import type { HostRow } from "./host-table.ts";

export interface SetupRequest {
  readonly host: HostRow;
  readonly url: string;
  readonly entry: ProgramEntry;
  /** Of the server in the host; absent: made from the address. */
  readonly name?: string;
  /** Overwrites an entry without asking. */
  readonly yes: boolean;
  /** Changes nothing. */
  readonly print: boolean;
}

/**
 * Writes an entry into the host's configuration. Doing it twice changes nothing.
 * @returns what was done, in lines
 * @throws Failure USAGE_NOT_CONFIRMED, LOCAL_HOST_FILE
 */
export async function setUp(request: SetupRequest, context: SetupContext): Promise<string[]> {
  const { host, url, entry, yes, print } = request;
  const config = await openHostConfig(host, context);
  const entries = config.document.entries();
  const name = request.name ?? nameFor(url, entries, context.program);
  const value = writeEntry(host, name, entry);
  const old = entries.get(name);
  if (isDeepStrictEqual(JSON.parse(JSON.stringify(old ?? null)), value)) {
    return [`${host.name} has the server "${name}" already, just so: ${config.file}`];
  }
  const text = config.document.with(name, value);
  // `--print` is for those who put it in by hand: they need the values.
  if (print) return [`# ${config.file}`, text];
  hideValues(entry.env);
  const lines = [config.file, ...changedLines(config, text)];
  if (old !== undefined)
    await confirmed(lines, `Overwrite the server "${name}" of ${host.name}?`, yes, context);
  const backup = await writeHostConfig(config, name, text, context);
  return [...lines, `${host.name} has the server "${name}" now. Backup: ${backup}`, host.afterwards];
}

/** Takes an entry out. @throws Failure USAGE_BAD_ARGUMENT, LOCAL_HOST_FILE */
export async function takeOut(
  { host, name, url, print }: { host: HostRow; name?: string; url?: string; print: boolean },
  context: SetupContext,
): Promise<string[]> {
  const config = await openHostConfig(host, context);
  const found = name ?? onlyOwn(config, url, context.program);
  if (found === undefined || !config.document.entries().has(found)) {
    return [`${host.name} has no such server: ${config.file}`];
  }
  const text = config.document.with(found, undefined);
  if (print) return [`# ${config.file}`, text];
  const lines = [config.file, ...changedLines(config, text)];
  const backup = await writeHostConfig(config, found, text, context);
  return [...lines, `${host.name} no longer has the server "${found}". Backup: ${backup}`, host.afterwards];
}

/** @throws Failure USAGE_BAD_ARGUMENT where it could be several */
function onlyOwn(
  { host, document }: HostConfig,
  url: string | undefined,
  program: string,
): string | undefined {
  const own = [...document.entries()].flatMap(([name, value]) => {
    const address = ownAddress(readEntry(value), program);
    return address !== undefined && (url === undefined || address === url) ? [name] : [];
  });
  if (own.length <= 1) return own[0];
  throw new Failure("USAGE_BAD_ARGUMENT", `${host.name} has several: ${own.join(", ")}.`, {
    hint: "Say which one with --name.",
  });
}

async function confirmed(
  lines: readonly string[],
  question: string,
  yes: boolean,
  { confirm }: SetupContext,
): Promise<void> {
  if (yes) return;
  if (confirm !== undefined && (await confirm(`${lines.join("\n")}\n${question}`))) return;
  throw new Failure("USAGE_NOT_CONFIRMED", `${question} Nothing was changed.`);
}

/** The name of our entry for this address, else a free one made from the address. */
export function nameFor(url: string, entries: ReadonlyMap<string, unknown>, program: string): string {
  for (const [name, value] of entries) if (ownAddress(readEntry(value), program) === url) return name;
  const base = nameOfAddress(url);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!entries.has(name)) return name;
  }
}

/** `https://mcp.linear.app/mcp` is `linear`. */
function nameOfAddress(url: string): string {
  const { hostname } = new URL(url);
  const labels = hostname.split(".").filter((label) => !/^(?:www|mcp|api|remote|server)$/.test(label));
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  const ending = labels.length > 2 && (labels.at(-2) ?? "").length <= 3 ? 2 : 1;
  const label = labels.length > 1 ? labels.at(-ending - 1) : labels[0];
  return isAddress || label === undefined ? "remote" : label.replace(/[^A-Za-z0-9_-]/g, "");
}
