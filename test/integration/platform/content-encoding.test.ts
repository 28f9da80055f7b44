// Answers that come compressed although we asked for none.
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { after, before, test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { closeServer, listenOn, request, testClient, textOf } from "../../support/remotes/network.ts";

let handler: (_: unknown, answer: ServerResponse) => void;
let origin = "";
const server = createServer((incoming, answer) => handler(incoming, answer));
const client = testClient();

before(async () => {
  origin = `http://127.0.0.1:${await listenOn(server)}`;
});
after(async () => {
  client.close();
  await closeServer(server);
});

const isDamaged = (error: unknown): boolean => isFailure(error, "NETWORK_RESET");

const TEXTS = ["plain text", "", "x".repeat(100_000)];
const ENCODINGS = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["br", brotliCompressSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
] as const;

test("an answer that comes compressed all the same is decoded as it is read", async () => {
  for (const [encoding, compress] of ENCODINGS)
    for (const text of TEXTS) {
      const bytes = compress(text);
      handler = (_, answer) => {
        answer.writeHead(200, { "content-encoding": encoding });
        answer.write(bytes.subarray(0, 1));
        answer.end(bytes.subarray(1));
      };
      const said = await textOf(await client.send(request(origin)));
      assert.equal(said, text, `${compress.name}, ${text.length} characters`);
    }
});

test("deflate without a body is an empty body", async () => {
  handler = (_, answer) => answer.writeHead(200, { "content-encoding": "deflate" }).end();
  assert.equal(await textOf(await client.send(request(origin))), "");
});

test("damaged or unknown compression is a failure", async () => {
  for (const encoding of ["gzip", "deflate", "br"]) {
    handler = (_, answer) => {
      answer.writeHead(200, { "content-encoding": encoding });
      answer.end("this is not compressed");
    };
    await assert.rejects(client.send(request(origin)).then(textOf), isDamaged);
  }
  handler = (_, answer) => {
    answer.writeHead(200, { "content-encoding": "zstd-of-tomorrow" });
    answer.end("x");
  };
  await assert.rejects(client.send(request(origin)), isDamaged);
});
