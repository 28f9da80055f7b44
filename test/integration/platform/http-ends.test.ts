import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { closeServer, listenOn, request, testClient, textOf } from "../../support/remotes/network.ts";

/** Answers each request with these bytes, as often as the connection takes them. */
let respond: (socket: Socket) => void;
let origin = "";
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on("error", () => undefined);
  socket.on("data", () => respond(socket));
});
const client = testClient();

before(async () => {
  origin = `http://127.0.0.1:${await listenOn(server)}`;
});
after(async () => {
  client.close();
  for (const socket of sockets) socket.destroy();
  await closeServer(server);
});

test("[LIFE-2] a protocol that is switched without being asked for ends the request", {
  timeout: 5_000,
}, async () => {
  for (const header of ["Upgrade: websocket\r\nConnection: Upgrade\r\n", "Upgrade: h2c\r\n", ""]) {
    respond = (socket) => socket.write(`HTTP/1.1 101 Switching Protocols\r\n${header}\r\n`);
    await assert.rejects(client.send(request(origin)), (error) => isFailure(error), header);
  }
});

test("[LIFE-2] interim answers are passed over, but not for ever", { timeout: 10_000 }, async () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  respond = (socket) => socket.write(`${interim.repeat(900)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  assert.equal(await textOf(await client.send(request(origin))), "ok");
  respond = function goOn(socket) {
    while (socket.writable && socket.write(interim));
    socket.once("drain", () => goOn(socket));
  };
  await assert.rejects(client.send(request(origin)), (error) => isFailure(error, "REMOTE_BAD_ANSWER"));
});
