// The least that a bridge on Node can do, which all figures are compared with: lines of standard input are posted as
// they are, what comes back becomes lines of standard output. No checks, no sign-in, no second try.
// node floor.mjs <url> [--header "name: value"]
import { Agent, request } from "node:http";

const [address = "", , given = ""] = process.argv.slice(2);
const url = new URL(address);
const agent = new Agent({ keepAlive: true, noDelay: true });
const common = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
};
const colon = given.indexOf(":");
if (colon > 0) common[given.slice(0, colon).trim()] = given.slice(colon + 1).trim();

let handshake;
forEachLine(process.stdin, (line) => {
  if (handshake) return handshake.then(() => post(line, write));
  handshake = post(line, write).then(openStream);
});
process.stdin.on("end", () => process.exit());

function write(text) {
  process.stdout.write(`${text}\n`);
}

function post(body, answer) {
  return new Promise((done) => {
    const headers = { ...common, "content-length": body.length };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      const session = response.headers["mcp-session-id"];
      if (typeof session === "string") common["mcp-session-id"] = session;
      const events = response.headers["content-type"]?.startsWith("text/event-stream");
      if (events) readEvents(response, answer);
      else readBody(response, answer);
      response.on("end", done);
    });
    sent.on("error", (error) => process.stderr.write(`${error.message}\n`));
    sent.end(body);
  });
}

/** What the server sends by itself. */
function openStream() {
  const headers = { ...common, accept: "text/event-stream" };
  const sent = request(url, { agent, headers }, (response) => {
    if (response.statusCode === 200) readEvents(response, write);
    else response.resume();
  });
  sent.on("error", () => {});
  sent.end();
}

function readBody(response, answer) {
  const chunks = [];
  response.on("data", (chunk) => chunks.push(chunk));
  response.on("end", () => {
    if (chunks.length > 0) answer(Buffer.concat(chunks).toString().replaceAll("\n", " "));
  });
}

function readEvents(response, answer) {
  forEachLine(response, (line) => {
    const text = line.toString();
    if (text.startsWith("data:")) answer(text.slice(5).trimStart());
  });
}

function forEachLine(stream, take) {
  let begun = [];
  stream.on("data", (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      take(begun.length === 0 ? last : Buffer.concat([...begun, last]));
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  });
}
