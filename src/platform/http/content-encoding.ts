// Decompression for peers that compress although we asked for `identity`. Loaded only when one does.
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createUnzip } from "node:zlib";
import { codeOf } from "../../core/errno.ts";
import { Failure } from "../../core/failure/failure.ts";
import { quoted } from "../../core/text/printable.ts";

/** More layers than any honest peer uses; each multiplies what a small answer can blow up to. */
const MAX_LAYERS = 2;
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

function decoder(name: string, peer: string): Transform {
  if (name === "br") return createBrotliDecompress();
  // Looks at the first byte; takes the `deflate` that RFC 9110 means.
  if (name === "gzip" || name === "x-gzip" || name === "deflate") return createUnzip();
  throw unreadable(peer, name);
}

function through(source: Readable, transform: Transform, peer: string): Readable {
  const destroy = transform._destroy.bind(transform);
  transform._destroy = (error, done) =>
    destroy(error, (late) =>
      done(late && ZLIB_CODE.test(codeOf(late) ?? "") ? unreadable(peer, "", late) : late),
    );
  // The reader of the result sees the error; this callback is only there because `pipeline` wants one.
  return pipeline(source, transform, () => undefined);
}

function unreadable(peer: string, encoding: string, cause?: Error): Failure {
  const what =
    encoding === "" ? "a damaged compressed answer" : `an answer with the encoding ${quoted(encoding, 60)}`;
  return new Failure("NETWORK_RESET", `${peer} sent ${what}.`, {
    hint: "Ask whoever runs the server: we asked for an answer without compression.",
    ...(cause === undefined ? {} : { cause }),
  });
}
