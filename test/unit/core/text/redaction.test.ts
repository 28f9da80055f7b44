import assert from "node:assert/strict";
import { test } from "node:test";
import { Redactor } from "../../../../src/core/text/redaction.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";

const CANARY = "cAnAry0123456789";

test("[DIAG-1] everything that looks like a credential is hidden", () => {
  const jwt = `eyJhbGciOiJub25lIn0.eyJzdWIiOiIx${CANARY}.${CANARY}`;
  const lines = [
    `authorization: Bearer ${CANARY}`,
    `Authorization: Basic ${CANARY}==`,
    `x DPoP ${CANARY} y`,
    `bearer%20${CANARY}`,
    `Cookie: a=1; session=${CANARY}`,
    `proxy-authorization=${CANARY}`,
    `mcp-session-id: ${CANARY}`,
    `token ${jwt}`,
    `http://127.0.0.1:1/cb?code=${CANARY}&iss=x`,
    `?x=1&code%3D${CANARY}`,
    `redirect=http%253A%252F%252Fa%253Fcode%253D${CANARY}`,
    `grant_type=refresh_token&refresh_token=${CANARY}%2F${CANARY}`,
    `code_verifier=${CANARY}`,
    `{"access_token":"${CANARY}","token_type":"Bearer"}`,
    `{\\"refresh_token\\": \\"${CANARY}\\"}`,
    `{ access_token: '${CANARY}' }`,
    `client_secret=${CANARY}`,
    `https://user:${CANARY}@proxy.example:3128/`,
    `http://${CANARY}@host/`,
    `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
    `-----BEGIN EC PRIVATE KEY-----\n${CANARY}`,
    `https://issuer.example/authorize?state=${CANARY}&scope=a`,
  ];
  const redactor = new Redactor();
  for (const line of lines) assert.doesNotMatch(redactor.forLog(line), /cAnAry/, line);
});

test("[DIAG-1] what a person needs to read stays", () => {
  const redactor = new Redactor();
  const lines = [
    "exchange.answered status=200 code: AUTH_DENIED",
    '{"code":-32601,"message":"no such method"}',
    "https://issuer.example/authorize?response_type=code&code_challenge=abc&client_id=me",
    "The token endpoint https://issuer.example/token answered 400.",
    "a bearer of bad news",
  ];
  for (const line of lines) assert.equal(redactor.forLog(line), line);
});

test("[AUTH-12] an authorization URL shown to a person still works, codes and tokens in it do not", () => {
  const url = "https://issuer.example/authorize?response_type=code&state=abc123&code_challenge=x";
  assert.equal(new Redactor().forPerson(url), url);
  assert.doesNotMatch(new Redactor().forPerson(`http://127.0.0.1/cb?code=${CANARY}&state=abc`), /cAnAry/);
});

test("[DIAG-1] a protected value is hidden in any shape and encoding", () => {
  const redactor = new Redactor();
  redactor.protect("p@ss wörd/+&1234");
  redactor.protect("Bearer opaque~value");
  redactor.protect('quo"ted-value');
  const encoded = Buffer.from("p@ss wörd/+&1234").toString("base64");
  const text = [
    "is p@ss wörd/+&1234 here",
    encodeURIComponent("p@ss wörd/+&1234"),
    encoded,
    "opaque~value alone",
    JSON.stringify('quo"ted-value'),
  ].map((each) => redactor.forLog(each));
  assert.deepEqual(text.slice(0, 2), ["is [secret] here", "[secret]"]);
  assert.doesNotMatch(text.join("\n"), /p@ss|wörd|opaque|quo/);
  assert.ok(!text.join("\n").includes(encoded.slice(0, 12)));
});

test("[DIAG-1] short values are not hunted: they would hide half of the log", () => {
  const redactor = new Redactor();
  redactor.protect("1");
  redactor.protect("Bearer");
  assert.equal(redactor.forLog("Bearer of 1 message"), "Bearer of 1 message");
});

test("[DIAG-1] a field with a telling name is hidden whole, numbers and flags are not", () => {
  const redactor = new Redactor();
  for (const name of [
    "accessToken",
    "client_secret",
    "set-cookie",
    "x-api-key",
    "codeVerifier",
    "assertions",
  ])
    assert.equal(redactor.field(name, "plain words"), "[secret]", name);
  assert.equal(redactor.field("hasToken", true), true);
  assert.equal(redactor.field("tokens", 3), 3);
  assert.equal(redactor.field("url", "https://a.example/"), "https://a.example/");
});

test("[DIAG-1] time grows with the length of a text, whatever somebody puts into it", () => {
  const redactor = new Redactor();
  const words = [
    "eyJ-",
    "-eyJ",
    "eyJ.",
    "eyJa.",
    "code=%26",
    "%25",
    "%2526",
    "//",
    "//a",
    "token:",
    "cookie: ",
    "Bearer ",
    "\\",
  ];
  for (const word of [...words, "-----BEGIN PRIVATE KEY-----", "-----BEGIN A", "access_token \\\\ "]) {
    const started = cpuTimeMs();
    redactor.forLog(word.repeat((512 << 10) / word.length));
    const ms = cpuTimeMs() - started;
    assert.ok(ms < 750, `${JSON.stringify(word)} took ${Math.round(ms)} ms`);
  }
});
