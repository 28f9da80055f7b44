// The bytes that JSON is made of (RFC 8259).

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const MINUS = 0x2d;
export const ZERO = 0x30;
const LETTER_U = 0x75;
/** What else may follow a backslash: `"` `\\` `/` b f n r t */
const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** The last byte of the escape whose letter is at `at`; -1: there is no such escape. */
export function escapeEnd(bytes: Buffer, at: number): number {
  const letter = bytes[at] ?? 0;
  if (letter !== LETTER_U) return ESCAPES.has(letter) ? at : -1;
  for (let digit = at + 1; digit <= at + 4; digit += 1) if (!isHexDigit(bytes[digit] ?? 0)) return -1;
  return at + 4;
}

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
