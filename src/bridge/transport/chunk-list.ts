// Parts of one message, put together when all of them are there.

/** So many small parts are joined early: each is an object, and may hold on to the whole network chunk it was cut from. */
const MANY = 1_024;
/** Parts this large on average carry their own weight, and are not copied before the end. */
const WORTHWHILE_BYTES = 4_096;

/** Memory stays near the bytes it holds, however small the pieces they come in: a peer may send one byte at a time. */
export class ChunkList {
  #blocks: Buffer[] = [];
  #loose: Buffer[] = [];
  #looseBytes = 0;

  add(part: Buffer): void {
    this.#loose.push(part);
    this.#looseBytes += part.length;
    if (this.#loose.length < MANY) return;
    if (this.#looseBytes < MANY * WORTHWHILE_BYTES) this.#blocks.push(Buffer.concat(this.#loose));
    else this.#blocks.push(...this.#loose);
    this.#loose = [];
    this.#looseBytes = 0;
  }

  /** Everything so far as one; a single part is not copied. The list is empty afterwards. */
  take(): Buffer {
    const parts = [...this.#blocks, ...this.#loose];
    this.#blocks = [];
    this.#loose = [];
    this.#looseBytes = 0;
    const [first] = parts;
    return parts.length === 1 && first ? first : Buffer.concat(parts);
  }
}
