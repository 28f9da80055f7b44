import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { isFailure } from "../../../src/core/failure/failure.ts";
import { isPublicAddress, isPublicHost } from "../../../src/platform/http/public-address.ts";
import { closeServer, listenOn, request, testClient, textOf } from "../../support/remotes/network.ts";

const server = createServer((_, answer) => answer.end("inside"));
const client = testClient();
let port = 0;

before(async () => {
  port = await listenOn(server);
});
after(async () => {
  client.close();
  await closeServer(server);
});

test("[LIM-1] addresses of a private network are told from those of the internet", () => {
  const inside = [
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::7f00:1",
    "::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:db8::1",
    "not an address",
  ];
  for (const address of inside) assert.equal(isPublicAddress(address), false, address);
  for (const address of [
    "1.1.1.1",
    "172.32.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
  ])
    assert.ok(isPublicAddress(address), address);
});

test("[LIM-1] a literal private address is refused before anything is sent", async () => {
  for (const host of [
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "169.254.169.254",
    "0.0.0.0",
  ]) {
    const sent = client.send(request(`http://${host}:${port}/`, { addresses: "public" }));
    await assert.rejects(
      sent,
      (error) => isFailure(error, "NETWORK_BLOCKED_ADDRESS") && error.received === "no",
      host,
    );
  }
});

test("[LIM-1] a name that leads to a private address is refused when connecting, and both are named", async () => {
  const sent = client.send(request(`http://localhost:${port}/`, { addresses: "public" }));
  await assert.rejects(sent, (error) => {
    assert.ok(isFailure(error, "NETWORK_BLOCKED_ADDRESS"));
    assert.match(error.message, /localhost \((?:127\.0\.0\.1|::1)\)/);
    assert.match(error.hint, /--allow-private-network/);
    return true;
  });
});

test("[LIM-1] a connection that was allowed for one request does not serve one that may not use it", async () => {
  const url = `http://localhost:${port}/`;
  assert.equal(await textOf(await client.send(request(url))), "inside");
  const sent = client.send(request(url, { addresses: "public" }));
  await assert.rejects(sent, (error) => isFailure(error, "NETWORK_BLOCKED_ADDRESS"));
});

test("[LIM-1] a host for the browser: private where all its addresses are; unknown ones are the browser's to find", async () => {
  for (const host of ["127.0.0.1", "[::1]", "192.168.1.1", "[fd00::1]", "localhost"])
    assert.equal(await isPublicHost(host), false, host);
  for (const host of ["8.8.8.8", "[2001:4860:4860::8888]", "no-such-name.invalid"])
    assert.equal(await isPublicHost(host), true, host);
});
