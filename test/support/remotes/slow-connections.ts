// A way to a server on loopback that takes its time for each new connection, as a network does.
import { createConnection, createServer, type Socket } from "node:net";
import { closeServer, listenOn } from "./network.ts";

export interface SlowWay {
  readonly port: number;
  /** Connections made so far. */
  readonly count: number;
  close(): Promise<void>;
}

/** @param delayMs how long the next connection takes */
export async function slowWay(targetPort: number, delayMs: () => number): Promise<SlowWay> {
  const sockets = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    count += 1;
    keep(near);
    setTimeout(() => {
      const far = keep(createConnection(targetPort, "127.0.0.1"));
      near.pipe(far).pipe(near);
    }, delayMs());
  });
  const port = await listenOn(server);
  return {
    port,
    get count() {
      return count;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return closeServer(server);
    },
  };
}
