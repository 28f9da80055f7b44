// Decompression for peers that compress although we asked for `identity`. Loaded only when one does.
import { pipeline, type Readable, Transform } from "node:stream";
import { type BrotliDecompress, createBrotliDecompress, createUnzip, type Unzip } from "node:zlib";
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { quoted } from "../../core/text/printable.ts";

/** More layers than any honest peer uses; each multiplies what a small answer can blow up to. */
const MAX_LAYERS = 2;
/** Text shrinks to a tenth, text that repeats itself to a hundredth; what shrinks more was made to be large. */
const MAX_RATIO = 100;
/** Up to here it does not matter. */
const FREE_BYTES = 4 << 20;
const ZLIB_CODE = /^(?:Z_|ERR_|BROTLI)/;

/**
 * `body` decoded, as a stream; destroying it destroys `body`.
 * @param encoding value of Content-Encoding, the outermost last (RFC 9110 8.4)
 * @throws Failure NETWORK_RESET for an encoding nobody here knows
 */
export function decoded(body: Readable, encoding: string, peer: string): Readable {
  const names = encoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MAX_LAYERS) throw unreadable(peer, encoding);
  return names.reverse().reduce<Readable>((inner, name) => through(inner, decoder(name, peer), peer), body);
}

type Decoder = BrotliDecompress | Unzip;

function decoder(name: string, peer: string): Decoder {
  if (name === "br") return createBrotliDecompress();
  // Looks at the first byte; takes the `deflate` that RFC 9110 means.
  if (name === "gzip" || name === "x-gzip" || name === "deflate") return createUnzip();
  throw unreadable(peer, name);
}

function through(source: Readable, transform: Decoder, peer: string): Readable {
  const destroy = transform._destroy.bind(transform);
  transform._destroy = (error: Error | null, done: (error?: Error | null) => void) =>
    destroy(error, (late?: Error | null) =>
      done(late && ZLIB_CODE.test(codeOf(late) ?? "") ? unreadable(peer, "", late) : late),
    );
  // The reader of the result sees the error; this callback is only there because `pipeline` wants one.
  return pipeline(source, transform, bounded(transform, peer), () => undefined);
}

/** Passes on what `decoder` makes, as long as it does not make too much of too little. */
function bounded(decoder: Decoder, peer: string): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      const isBomb = size > FREE_BYTES && size > MAX_RATIO * decoder.bytesWritten;
      done(isBomb ? tooDense(peer) : null, chunk);
    },
  });
}

function tooDense(peer: string): Failure {
  const text = `${peer} sent an answer that is over ${MAX_RATIO} times as large as what was sent.`;
  return new Failure("NETWORK_TOO_LARGE", text, {
    hint: "Ask whoever runs the server: we asked for an answer without compression.",
  });
}

function unreadable(peer: string, encoding: string, cause?: Error): Failure {
  const what =
    encoding === "" ? "a damaged compressed answer" : `an answer with the encoding ${quoted(encoding, 60)}`;
  return new Failure("NETWORK_RESET", `${peer} sent ${what}.`, {
    hint: "Ask whoever runs the server: we asked for an answer without compression.",
    ...(cause === undefined ? {} : { cause }),
  });
}
