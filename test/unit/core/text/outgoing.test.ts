import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Failure } from "../../../../src/core/failure/failure.ts";
import { readMessage } from "../../../../src/core/mcp/message.ts";
import { failureAnswer } from "../../../../src/core/mcp/rpc-error.ts";
import { KnownSecrets } from "../../../../src/core/text/known-secrets.ts";
import { outgoing, outgoingHint, outgoingLines } from "../../../../src/core/text/outgoing.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";

const TOKEN = 'Tok3n/of+a~run "time" 9876543210 zyxw';
new Secret(TOKEN);

/** Every 12 characters of the token that no words share. */
function pieces(): readonly string[] {
  return [...TOKEN]
    .map((_, at) => TOKEN.slice(at, at + 12))
    .filter((piece) => /^(?! )(?=.*[A-Z0-9]).{12}$/.test(piece));
}

test("[DIAG-1] a secret leaves in no form: plain, in a URL, a form, JSON, Base64 of any alignment", () => {
  const forms = [TOKEN, encodeURIComponent(TOKEN), new URLSearchParams({ a: TOKEN }).toString().slice(2)];
  forms.push(JSON.stringify(TOKEN).slice(1, -1), JSON.stringify(TOKEN).slice(1, 20));
  for (const around of ["", "a:", "user:", "ab"]) {
    const text = Buffer.from(`${around}${TOKEN}${around}`);
    forms.push(text.toString("base64").slice(4, -8), text.toString("base64url").slice(4, -8));
  }
  for (const form of forms) {
    const said = outgoing(`It said ${form}, then left.`);
    assert.match(said, /^It said .*\[secret\].*, then left\.$/, form);
    for (const piece of pieces()) assert.ok(!said.includes(piece), `${piece} of ${form}`);
    assert.ok(said.length < 40, said);
  }
});

test("[DIAG-1] pieces of 12 and more are hidden, also when something stands between them or has no width", () => {
  for (const piece of pieces()) assert.equal(outgoing(`<${piece}>`), "<[secret]>", piece);
  const broken = [...TOKEN].map((char, at) => (at % 5 === 0 ? `${char}\u200b` : char)).join("");
  assert.equal(outgoing(`<${broken}>`), "<[secret]>");
  const lines = `${TOKEN.slice(0, 18)}\n and then ${TOKEN.slice(18)}`;
  assert.equal(outgoing(lines), "[secret] and then [secret]");
  // Cut first, a half of it would be left.
  assert.equal(outgoing(`${"x".repeat(90)}${TOKEN}`, 100), `${"x".repeat(90)}[secret]`);
});

test("[DIAG-1] lines that are laid out keep their blanks and colours, and no secret and no control character", () => {
  const green = "\u001b[32mok\u001b[0m";
  const said = outgoingLines(`  ${green}   issuer   ${TOKEN}\u0007\u001b]0;title\n\n  \u202eend`);
  assert.equal(said, `  ${green}   issuer   [secret]  ]0;title\n\n   end`);
  const hint = 'Write --header "X-Api-Key: ${API_KEY}".';
  assert.equal(outgoingLines(hint), hint);
});

test("[DIAG-1] words are no pieces, and what a person is shown is no secret", () => {
  new Secret("mcp-drawbridge-is-my-secret");
  assert.equal(outgoing("mcp-drawbridge: mcp-drawbridge-is"), "mcp-drawbridge: mcp-drawbridge-is");
  assert.equal(outgoing("mcp-drawbridge-is-my-secret"), "[secret]");
  const url = "https://issuer.example/authorize?state=A1b2C3d4E5f6G7h8&client_id=me";
  new Secret(url, "shown");
  assert.equal(outgoing(url), url);
});

test("[DIAG-1] a failure shows no secret, whatever way it leaves; its hint keeps the examples", () => {
  const hint = 'Write --header "X-Api-Key: ${API_KEY}".';
  const failure = new Failure("REMOTE_HTTP_ERROR", `It said ${TOKEN}\n${"x".repeat(20_000)}`, {
    hint,
    url: TOKEN,
  });
  const id = readMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"x"}'));
  assert.ok(id.kind === "request");
  const line = failureAnswer(id.id, failure).toString();
  assert.ok(line.length < 9_000);
  for (const piece of pieces()) assert.ok(!line.includes(piece), piece);
  assert.equal(failure.data().hint, hint);
  assert.equal(outgoingHint(`${hint} ${TOKEN}`), `${hint} [secret]`);
});

test("[DIAG-1] the oldest are forgotten, not the first, and half a surrogate pair harms nobody", () => {
  const known = new KnownSecrets();
  const value = (at: number) => createHash("sha256").update(String(at)).digest("base64url");
  for (let at = 0; at < 1_500; at++) known.add(value(at));
  const hidden = (at: number) => known.hide(value(at)) === "[secret]";
  assert.deepEqual([0, 63, 100, 1_000, 1_499].map(hidden), [true, true, false, true, true]);
  known.add("A1\ud800bcdefghijkl");
  assert.equal(known.hide("<A1\ud800bcdefghijkl>"), "<[secret]>");
});

test("[DIAG-1] hiding takes time that grows with the text, whatever is known", () => {
  const known = new KnownSecrets();
  for (let at = 0; at < 900; at++) known.add(`eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${at}`.repeat(3));
  known.add("a".repeat(5_000));
  known.add("b".repeat(60_000));
  known.hide("-".repeat(20));
  for (const text of ["eyJhbGciOi", `${"a".repeat(11)}-`, "a", "b", "bbbbbbbba", "x"]) {
    const started = cpuTimeMs();
    known.hide(text.repeat((512 << 10) / text.length));
    const ms = cpuTimeMs() - started;
    assert.ok(ms < 750, `${JSON.stringify(text)} took ${Math.round(ms)} ms`);
  }
});
