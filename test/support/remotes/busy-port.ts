import { type AddressInfo, createServer } from "node:net";

/** Something that listens on a port of loopback (both families, where there are two) and says nothing. */
export interface BusyPort {
  readonly port: number;
  close(): Promise<void>;
}

export async function idleTcpServer(): Promise<BusyPort> {
  const server = createServer(() => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((done) => void server.close(() => done())),
  };
}
