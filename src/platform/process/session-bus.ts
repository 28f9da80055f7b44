// Is there a bus behind the session's address? The keychain's package waits for it on the program's one thread, 25 s or for
// ever, so a socket that takes the connection and says nothing would stop everything else.
import { connect } from "node:net";

/** A bus answers in a millisecond; a computer that just woke up may need longer. */
const ANSWER_MS = 2_000;
/** `;` divides addresses that are tried in turn. Those of other kinds are left to the package. */
const UNIX_ADDRESS = /^unix:(path|abstract)=([^,;]+)/;

/** The fields of the first message on every bus, which has no body: name of a field, its type, its text. */
const HELLO: readonly (readonly [code: number, type: "o" | "s", text: string])[] = [
  [1, "o", "/org/freedesktop/DBus"],
  [2, "s", "org.freedesktop.DBus"],
  [3, "s", "Hello"],
  [6, "s", "org.freedesktop.DBus"],
];

/**
 * Says hello (D-Bus specification, "Authentication Protocol" and "Message Bus Messages"), and leaves.
 * @returns false: somebody took the connection and said nothing. True for everything else, also for a refusal, which the
 * keychain's package hears at once, and puts into words
 */
export function busAnswers(
  address: string,
  userId: number | undefined,
  answerMs = ANSWER_MS,
): Promise<boolean> {
  const [, kind, place = ""] = UNIX_ADDRESS.exec(address) ?? [];
  if (kind === undefined || userId === undefined) return Promise.resolve(true);
  const path = kind === "abstract" ? `\0${place}` : decoded(place);
  if (path === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ path });
    let isAuthenticated = false;
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(answerMs, () => end(false));
    socket.once("error", () => end(true)).once("close", () => end(true));
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(`${userId}`).toString("hex")}\r\n`);
    socket.on("data", (said: Buffer) => {
      if (isAuthenticated || !said.toString("latin1").startsWith("OK")) return end(true);
      isAuthenticated = true;
      socket.write("BEGIN\r\n");
      socket.write(helloMessage());
    });
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A method call in little-endian order; each field begins at a multiple of 8. */
function helloMessage(): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const add = (bytes: Buffer): void => {
    parts.push(bytes);
    length += bytes.length;
  };
  const toMultipleOf8 = (): void => add(Buffer.alloc((8 - (length % 8)) % 8));
  for (const [code, type, text] of HELLO) {
    toMultipleOf8();
    add(Buffer.from([code, 1, type.charCodeAt(0), 0]));
    add(number(text.length));
    add(Buffer.from(`${text}\0`));
  }
  const lengthOfFields = number(length);
  toMultipleOf8();
  // Kind 1: method call; version 1; no body; serial 1.
  return Buffer.concat([Buffer.from("l\u0001\0\u0001"), number(0), number(1), lengthOfFields, ...parts]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
