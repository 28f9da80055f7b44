// A JSON object with its members as they are written. Edits change some of them; every other byte stays, so numbers of any
// size and members that nobody knows survive.

import { COMMA, OPEN_BRACE } from "../../core/mcp/json-bytes.ts";
import { forEachMember, skipBlank } from "../../core/mcp/json-scan.ts";

interface RawMember {
  readonly name: string;
  /** The name as it is written, with its quotes. */
  readonly rawName: Buffer;
  readonly value: Buffer;
}

export class RawObject {
  #members: RawMember[] = [];

  /** @param bytes JSON known to be valid; of anything but an object no members are read */
  constructor(bytes: Buffer = EMPTY) {
    const start = skipBlank(bytes, 0);
    if (bytes[start] !== OPEN_BRACE) return;
    forEachMember(bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
      const rawName = bytes.subarray(nameStart, nameEnd);
      const name: unknown = JSON.parse(rawName.toString("utf8"));
      if (typeof name !== "string") return;
      this.#members.push({ name, rawName, value: bytes.subarray(valueStart, valueEnd) });
    });
  }

  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  /** Of a repeated member the last, as `JSON.parse` has it. */
  get(name: string): Buffer | undefined {
    return this.#members.findLast((one) => one.name === name)?.value;
  }

  /** The value made into an object, small as it must be; undefined: there is none. */
  read(name: string): unknown {
    const value = this.get(name);
    return value === undefined || value.length > MOST_READ_BYTES
      ? undefined
      : JSON.parse(value.toString("utf8"));
  }

  /** The member as an object to be edited; an empty one where it is absent or something else. */
  object(name: string): RawObject {
    return new RawObject(this.get(name));
  }

  /** @param value JSON text */
  set(name: string, value: Buffer | string): this {
    const member = { name, rawName: Buffer.from(JSON.stringify(name)), value: Buffer.from(value) };
    const at = this.#members.findIndex((one) => one.name === name);
    if (at < 0) this.#members.push(member);
    else {
      this.#members[at] = member;
      this.#members = this.#members.filter((one, index) => index <= at || one.name !== name);
    }
    return this;
  }

  /** Puts an object in, or takes the member off where the object has become empty. */
  setObject(name: string, object: RawObject): this {
    return object.isEmpty ? this.delete(name) : this.set(name, object.toBuffer());
  }

  delete(...names: readonly string[]): this {
    this.#members = this.#members.filter(({ name }) => !names.includes(name));
    return this;
  }

  toBuffer(): Buffer {
    const parts = this.#members.flatMap(({ rawName, value }) => [SEPARATOR, rawName, COLON, value]);
    return Buffer.concat([OPEN, ...parts.slice(1), CLOSE]);
  }
}

const MOST_READ_BYTES = 8 << 20;
const EMPTY = Buffer.from("{}");
const OPEN = Buffer.from("{");
const CLOSE = Buffer.from("}");
const COLON = Buffer.from(":");
const SEPARATOR = Buffer.from([COMMA]);
