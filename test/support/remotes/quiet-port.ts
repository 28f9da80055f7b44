// A port at which a test may have nobody listen for a while.
import { createServer } from "node:net";
import { closeServer } from "./network.ts";

/** Ports that no system hands out by itself, so nobody takes one while it is left alone. */
const [FIRST_PORT, PORTS] = [20_000, 10_000];
let nextPort = FIRST_PORT + (process.pid % 97) * 100;

/** A free port of loopback that stays free. */
export async function quietPort(): Promise<number> {
  for (;;) {
    nextPort = FIRST_PORT + ((nextPort + 1 - FIRST_PORT) % PORTS);
    const port = nextPort;
    const server = createServer();
    const free = await new Promise<boolean>((done) => {
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => done(true));
    });
    if (!free) continue;
    await closeServer(server);
    return port;
  }
}
