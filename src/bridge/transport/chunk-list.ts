// Parts of one message, put together when all of them are there.

/** So many small parts are joined early: each is an object, and may hold on to the whole network chunk it was cut from. */
const MANY = 1_024;
/** A large message is put together as it comes: to copy all of it at its end, into new memory, would take too long. */
const LARGE_BYTES = 1 << 20;
/** What is there is copied in one piece, so it is moved seldom: room that nothing is written to costs nothing. */
const GROWTH = 4;
/** Beyond it there would be too much of that room. */
const HUGE_BYTES = 64 << 20;

/** Memory stays near the bytes it holds, however small the pieces they come in: a peer may send one byte at a time. */
export class ChunkList {
  #parts: Buffer[] = [];
  /** In place of the parts, once they are many or large: their bytes, and room for more. */
  #block: Buffer | undefined;
  #size = 0;
  readonly #expectedBytes: number;

  /** @param expectedBytes of all parts together, as far as that is known */
  constructor(expectedBytes = 0) {
    this.#expectedBytes = expectedBytes;
  }

  add(part: Buffer): void {
    const isFirst = this.#size === 0;
    const isFew = this.#parts.length < MANY && this.#size + part.length < LARGE_BYTES;
    if (this.#block === undefined && (isFirst || isFew)) this.#parts.push(part);
    else this.#append(part);
    this.#size += part.length;
  }

  /** Everything so far as one; a single part is not copied. The list is empty afterwards. */
  take(): Buffer {
    const [first] = this.#parts;
    const isOne = this.#parts.length === 1 && first !== undefined;
    const whole = this.#block?.subarray(0, this.#size) ?? (isOne ? first : Buffer.concat(this.#parts));
    this.#parts = [];
    this.#block = undefined;
    this.#size = 0;
    return whole;
  }

  #append(part: Buffer): void {
    const size = this.#size + part.length;
    if (this.#block === undefined || size > this.#block.length) {
      const larger = Buffer.allocUnsafeSlow(
        size <= this.#expectedBytes ? this.#expectedBytes : size * (size < HUGE_BYTES ? GROWTH : 2),
      );
      let at = this.#block?.copy(larger, 0, 0, this.#size) ?? 0;
      for (const one of this.#parts) at += one.copy(larger, at);
      this.#parts = [];
      this.#block = larger;
    }
    part.copy(this.#block, this.#size);
  }
}
