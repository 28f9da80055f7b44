// A remote whose only thread is busy while a tool runs: it answers nobody meanwhile, and its connections wait.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { KeyPair } from "../project/certificates.ts";
import { EVENT_STREAM } from "./mcp-server.ts";
import { ScriptedRemote } from "./scripted-remote.ts";

export interface OneThreadedRemote {
  readonly port: number;
  close(): Promise<void>;
}

export interface OneThreadedOptions {
  readonly tls?: KeyPair | undefined;
  /** Begins the answer to a call before the tool runs. */
  readonly begins?: boolean;
  readonly withoutStream?: boolean;
}

/** Its tools take `arguments.ms`. */
export async function oneThreadedRemote(options: OneThreadedOptions = {}): Promise<OneThreadedRemote> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const [port] = await once(worker, "message");
  return {
    port,
    async close() {
      await worker.terminate();
    },
  };
}

async function serve({ tls, begins, withoutStream = false }: OneThreadedOptions): Promise<void> {
  const remote = new ScriptedRemote({ tls });
  remote.withoutStream = withoutStream;
  remote.fail(
    "tools/call",
    async (exchange, normally) => {
      const { id, params } = exchange.json as { id: unknown; params: { arguments: { ms: number } } };
      const { ms } = params.arguments;
      if (!begins) {
        block(ms);
        return normally();
      }
      return {
        take(_request, response) {
          response.writeHead(200, EVENT_STREAM);
          response.write(": begun\n\n", () => {
            block(ms);
            response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result: { ms } })}\n\n`);
          });
        },
      };
    },
    Number.POSITIVE_INFINITY,
  );
  await remote.listen();
  parentPort?.postMessage(Number(new URL(remote.url).port));
}

/** Nothing else of this thread goes on. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

if (!isMainThread && parentPort !== null) void serve(workerData);
