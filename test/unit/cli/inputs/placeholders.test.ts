// Kinds of texts that were never filled in, and the legitimate ones that look like them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseUnfilled, type TextKind, Unfilled } from "../../../../src/cli/inputs/placeholders.ts";

/** Where it is refused, from 1; undefined: it is taken. */
function position(text: string, kind: TextKind): number | undefined {
  try {
    refuseUnfilled(text, "--flag", kind);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Unfilled && error.place === "--flag", String(error));
    return error.position;
  }
}

const PLACEHOLDERS: [text: string, position: number][] = [
  ["${env:X}", 1],
  ["Bearer ${input:x}", 8],
  ["${user_config.x}", 1],
  ["${config:a.b}", 1],
  ["${X:-none}", 1],
  ["${}", 1],
  ["${ X }", 1],
  ["a${env:X}b", 2],
  ["${{ secrets.X }}", 1],
  ["{{API_KEY}}", 1],
  ["Bearer {env:X}", 8],
  ["{file:./key}", 1],
  ["$env:API_KEY", 1],
  ["%X%", 1],
  ["Bearer %API_KEY%", 8],
  ["%ACCESS_TOKEN%", 1],
  ["%userprofile%", 1],
  ["https://%HOST%/mcp", 9],
  ["a=%A%&b=1", 3],
  ["%20 %X%", 5],
  ["<YOUR_KEY>", 1],
  ["Bearer <your-api-key>", 8],
  ["<insert the key here>", 1],
  ["https://<tenant>.example.com/mcp", 9],
  ["https://example.com/<id>/mcp", 21],
  ["key:<x>", 5],
];

const LEGITIMATE = [
  "",
  "%20X%20",
  "https://example.com/%20X%20/mcp",
  "https://example.com/%C3%A4%E2%82%AC",
  "https://example.com/%AB%CD%EF",
  "100%",
  "100%_off%",
  "50%off%",
  "a%b%c",
  "%",
  "%%",
  "% X %",
  "%X",
  "X%",
  "a<b",
  "a<b>c",
  "a < b > c",
  "1<2 and 3>2",
  "Ada <ada@example.com>",
  "<https://example.com/a>; rel=next",
  "<key>value</key>",
  "<>",
  "<1>",
  "$",
  "$5",
  "$X",
  "a$b$c",
  "${",
  "$ {X}",
  "{X}",
  "https://login.example/{tenantid}/v2.0",
  '{"a":{"b":1}}',
  "{env}",
  "dXNlcjpwYXNz==",
  "sk-Zk3_9%2B/x",
];

test("[CLI-1] a placeholder is found where it stands, in whatever it stands", () => {
  for (const [text, at] of PLACEHOLDERS)
    for (const kind of ["secret", "word", "url"] as const)
      assert.equal(position(text, kind), at, `${kind} ${text}`);
});

test("[CLI-1] what only looks like one is taken", () => {
  for (const text of LEGITIMATE)
    for (const kind of ["secret", "word", "url", "path"] as const)
      assert.equal(position(text, kind), undefined, `${kind} ${text}`);
});

test("[CLI-1] ${NAME} is ours in secrets, and left over everywhere else", () => {
  for (const text of ["${X}", "Bearer ${API_KEY} ${B_2}"]) {
    assert.equal(position(text, "secret"), undefined, text);
    for (const kind of ["word", "url", "path"] as const) assert.ok(position(text, kind), `${kind} ${text}`);
  }
  assert.equal(position("${A} ${env:B}", "secret"), 6);
});

test("[CLI-1] a path may have any name but ${...}", () => {
  for (const text of ["%APPDATA%\\x", "/a/<b>/c", "/a/{{b}}"])
    assert.equal(position(text, "path"), undefined, text);
  assert.equal(position("/home/${env:USER}/x", "path"), 7);
});

test("[CLI-1] characters that nobody sees are refused in an address, and nowhere else", () => {
  const unseen =
    "\u00a0 \u00ad \u034f \u061c \u115f \u1680 \u180e \u2003 \u200b \u200d \u200e \u200f \u2028 \u202a \u202e \u202f \u2060 \u2066 \u2069 \u3000 \u3164 \ufe0f \ufeff \uffa0 \u{e0041}";
  for (const character of unseen.split(" ")) {
    const name = character.codePointAt(0)?.toString(16);
    assert.equal(position(`https://exa${character}mple.com/mcp`, "url"), 12, name);
    assert.equal(position(`${character}https://example.com/mcp`, "url"), 1, name);
    assert.equal(position(`a${character}b`, "word"), undefined, name);
  }
  for (const text of [
    "https://b\u00fccher.example/\u00e4",
    "https://\u4f8b\u3048.example",
    "https://example.com/a b",
    "https://example.com/e\u0301",
    "https://example.com/\u{1f600}",
    "https://example.com/\u0627\u0644",
  ])
    assert.equal(position(text, "url"), undefined, text);
});

test("[LIFE-10] what is long is looked through in no time", () => {
  for (const part of ["${", "%a", "<a", "<a ", "{{", "$env:", "{env:"]) {
    const started = process.hrtime.bigint();
    assert.equal(position(part.repeat(20_000), "secret"), undefined, part);
    assert.ok(process.hrtime.bigint() - started < 1_000_000_000n, part);
  }
});
