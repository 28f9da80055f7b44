// Decompression for peers that compress although we asked for `identity`. Loaded only when one does.
import { PassThrough, pipeline, type Readable, Transform } from "node:stream";
import {
  type BrotliDecompress,
  createBrotliDecompress,
  createInflateRaw,
  createUnzip,
  type InflateRaw,
  type Unzip,
} from "node:zlib";
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
  return names.reverse().reduce<Readable>((inner, name) => decodedOnce(inner, name, peer), body);
}

type Decoder = BrotliDecompress | Unzip | InflateRaw;

function decodedOnce(body: Readable, name: string, peer: string): Readable {
  if (name === "br") return through(body, createBrotliDecompress(), peer);
  if (name === "gzip" || name === "x-gzip") return through(body, createUnzip(), peer);
  if (name === "deflate") return inflated(body, peer);
  throw unreadable(peer, name);
}

/** RFC 9110 means zlib's format by `deflate`; many programs send what is inside of it. The first byte tells. */
function inflated(body: Readable, peer: string): Readable {
  const result = new PassThrough();
  const onEnd = (): void => void result.end();
  const onError = (error: Error): void => void result.destroy(error);
  body.once("end", onEnd).once("error", onError);
  body.once("data", (first: Buffer) => {
    body.off("end", onEnd).off("error", onError).pause();
    body.unshift(first);
    // RFC 1950 2.2: the method, 8, in the low half.
    const decoder = ((first[0] ?? 0) & 0x0f) === 8 ? createUnzip() : createInflateRaw();
    pipeline(through(body, decoder, peer), result, () => undefined);
  });
  result.once("close", () => body.destroy());
  return result;
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
