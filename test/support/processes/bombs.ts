// Messages that are made to hurt, by every path on which messages come, against the built program.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { PROGRAM, programEnvironment } from "../project/program.ts";
import { temporaryFolder } from "../project/temporary-folder.ts";
import type { Standstill } from "./standstill.ts";

export const PATHS = ["json", "sse", "gzip", "stdin", "list"] as const;
export type BombPath = (typeof PATHS)[number];

/** What the message is full of, by the part that is repeated between commas. */
export const SHAPES = {
  objects: "{}",
  numbers: "1e9",
  strings: '"\\u00e9"',
  nested: `${"[".repeat(400)}${"]".repeat(400)}`,
  members: '{"a":1,"b":{"c":[]}}',
  text: `"${"long text ".repeat(1_000)}"`,
  /** As many values in 8 MiB as are read. */
  tools: `{"name":"tool","description":"${"long text ".repeat(80)}","inputSchema":{"type":"object","properties":{"a":1,"b":2,"c":3,"d":4}}}`,
} as const;
export type BombShape = keyof typeof SHAPES;

export interface BombReport extends Standstill {
  /** From the bomb's first byte to its answer at the host. */
  readonly tookMs: number;
  /** The host had the answer, or an error in its place, and the one to the ping behind it, in this order. */
  readonly answered: boolean;
}

/** Throws one message of `bytes` at a new process. */
export async function throwBomb(by: BombPath, shape: BombShape, bytes: number): Promise<BombReport> {
  const bomb = filled(by, SHAPES[shape], bytes);
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => void parts.push(part));
    request.on("end", () => answer(Buffer.concat(parts), response, by, bomb));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = temporaryFolder();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const watch = path.resolve(import.meta.dirname, "standstill.js");
  // Hiding tools is the most that is done with a list.
  const hiding = by === "list" ? ["--ignore-tool", "x*"] : [];
  const flags = ["--allow-http", "--store", "file", "--config-dir", folder.path, ...hiding];
  const child = spawn(process.execPath, ["--import", watch, PROGRAM, url, ...flags], {
    env: programEnvironment(folder.path),
    stdio: ["pipe", "pipe", "ignore", "pipe"],
  });
  try {
    return await attack(child, by, bomb);
  } finally {
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
    folder.remove();
  }
}

async function attack(child: ChildProcess, by: BombPath, bomb: Buffer): Promise<BombReport> {
  const { stdin, stdout, stdio } = child;
  const report = text(stdio[3] as NodeJS.ReadableStream);
  const exit = once(child, "exit");
  const seen: string[] = [];
  let tail = "";
  let wake = (): void => undefined;
  // Only the last bytes of a line are looked at: an answer to the bomb may be the bomb.
  stdout?.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 4_096))).slice(-8_192);
    for (const [, id = ""] of tail.matchAll(/"id":"(\w+)"[,}]/g)) if (!seen.includes(id)) seen.push(id);
    wake();
  });
  const until = async (id: string): Promise<void> => {
    while (!seen.includes(id) && child.exitCode === null && child.signalCode === null)
      await Promise.race([new Promise<void>((done) => (wake = done)), exit]);
  };
  const say = (line: string | Buffer): void => {
    stdin?.write(line);
    stdin?.write("\n");
  };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "b", version: "1" } };
  say(JSON.stringify({ jsonrpc: "2.0", id: "first", method: "initialize", params }));
  await until("first");
  say(JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
  say(JSON.stringify({ jsonrpc: "2.0", id: "warm", method: "ping" }));
  await until("warm");
  child.kill("SIGUSR2");
  const startedMs = performance.now();
  say(
    by === "stdin"
      ? bomb
      : JSON.stringify({
          jsonrpc: "2.0",
          id: "bomb",
          ...(by === "list" ? { method: "tools/list" } : { method: "tools/call", params: { name: "x" } }),
        }),
  );
  if (by !== "stdin") await until("bomb");
  say(JSON.stringify({ jsonrpc: "2.0", id: "ping", method: "ping" }));
  await until("bomb");
  const tookMs = performance.now() - startedMs;
  await until("ping");
  stdin?.end();
  await exit;
  const measured = JSON.parse((await report) || "{}") as Standstill;
  return { ...measured, tookMs, answered: seen.includes("bomb") && seen.includes("ping") };
}

/** A message of about that size. The id comes last, so that its end can be recognised. */
function filled(by: BombPath, part: string, bytes: number): Buffer {
  const count = Math.max(1, Math.floor(bytes / (part.length + 1)));
  const list = Buffer.alloc(count * (part.length + 1), `${part},`);
  const [open, close] =
    by === "stdin"
      ? ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x","arguments":{"a":[', ']}},"id":"bomb"}']
      : [`{"jsonrpc":"2.0","result":{"${by === "list" ? "tools" : "content"}":[`, ']},"id":"bomb"}'];
  return Buffer.concat([Buffer.from(open), list.subarray(0, -1), Buffer.from(close)]);
}

function answer(body: Buffer, response: ServerResponse, by: BombPath, bomb: Buffer): void {
  const start = body.toString("latin1", 0, 200);
  const end = body.toString("latin1", Math.max(0, body.length - 200));
  const id = /"id":"(\w+)"/.exec(start)?.[1] ?? /"id":"(\w+)"\}$/.exec(end)?.[1];
  const json = { "content-type": "application/json" };
  if (id === undefined) response.writeHead(start === "" ? 405 : 202).end();
  else if (id !== "bomb" || by === "stdin") {
    const info = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "b", version: "1" } };
    response
      .writeHead(200, json)
      .end(JSON.stringify({ jsonrpc: "2.0", result: id === "first" ? info : {}, id }));
  } else if (by === "json" || by === "list") response.writeHead(200, json).end(bomb);
  else if (by === "gzip")
    response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync(bomb));
  else {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: ");
    response.write(bomb);
    response.end("\n\n");
  }
}
