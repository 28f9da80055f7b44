import { isDeepStrictEqual } from "node:util";
import { Failure } from "../../../core/failure/failure.ts";
import { isObject, type JsonObject } from "../../../core/mcp/json-object.ts";
import type { HostRow } from "../host-table.ts";
import type { DocumentFormat } from "./format.ts";

/** The servers in a host's configuration, by name. Nothing is changed in place: an edit is a new text. */
export class HostDocument {
  readonly #format: DocumentFormat;
  readonly #host: HostRow;
  readonly #file: string;
  readonly text: string;
  readonly #value: JsonObject;

  /** @throws Failure LOCAL_HOST_FILE where the text cannot be read */
  constructor(format: DocumentFormat, host: HostRow, file: string, text: string) {
    this.#format = format;
    this.#host = host;
    this.#file = file;
    this.text = text;
    this.#value = this.#read(text);
  }

  /** In the order of the file. */
  entries(): ReadonlyMap<string, unknown> {
    return entriesOf(this.#host, this.#value);
  }

  /**
   * The text with one server set, or taken out. It is read again: all else must have the value that it had.
   * @throws Failure LOCAL_HOST_FILE
   */
  with(name: string, value: unknown): string {
    const edited = this.#format.edit(this.text, this.#host.at, name, value);
    const wanted = new Map(this.entries());
    if (value === undefined) wanted.delete(name);
    else wanted.set(name, value);
    const found = this.#read(edited);
    const [top] = this.#host.at;
    // Objects, so that the order does not count.
    const same =
      isDeepStrictEqual(
        plain(Object.fromEntries(entriesOf(this.#host, found))),
        plain(Object.fromEntries(wanted)),
      ) && isDeepStrictEqual(plain({ ...found, [top]: null }), plain({ ...this.#value, [top]: null }));
    if (!same) throw unusable(this.#file, "cannot be changed without changing more than one entry");
    return edited;
  }

  #read(text: string): JsonObject {
    const read = this.#format.read(text);
    if ("mistake" in read) {
      throw unusable(this.#file, `is not valid ${this.#host.format.toUpperCase()} at ${read.mistake}`);
    }
    if (read.value === null) return {};
    if (!isObject(read.value)) throw unusable(this.#file, "does not hold what a configuration holds");
    return read.value;
  }
}

/** @throws Failure LOCAL_HOST_FILE */
export async function openDocument(host: HostRow, file: string, text: string): Promise<HostDocument> {
  return new HostDocument(await loadFormat(host.format), host, file, text);
}

async function loadFormat(format: HostRow["format"]): Promise<DocumentFormat> {
  if (format === "toml") return (await import("./toml-format.ts")).tomlFormat;
  if (format === "yaml") return (await import("./yaml-format.ts")).yamlFormat;
  return (await import("./json-format.ts")).jsonFormat;
}

function entriesOf({ at, form }: HostRow, value: JsonObject): ReadonlyMap<string, unknown> {
  const found = at.reduce<unknown>((below, member) => (isObject(below) ? below[member] : undefined), value);
  if (form !== "named-list") return new Map(isObject(found) ? Object.entries(found) : []);
  const items = Array.isArray(found) ? found.filter(isObject) : [];
  return new Map(items.flatMap((item) => (typeof item.name === "string" ? [[item.name, item]] : [])));
}

export const unusable = (file: string, why: string): Failure =>
  new Failure("LOCAL_HOST_FILE", `${file} ${why}; nothing was changed.`);

/** Parsers make objects of classes of their own. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
