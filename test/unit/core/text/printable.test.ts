import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, quoted, urlForPeople } from "../../../../src/core/text/printable.ts";

test("[DIAG-3] text of others loses what a terminal would obey, and what hides or turns text", () => {
  assert.equal(printable("a\u001b[31mred\u0007\r\nb"), "a [31mred b");
  assert.equal(printable("user\u202egpj.exe\u200b!\ufeff"), "user gpj.exe !");
  assert.equal(printable("c1 \u009b2J"), "c1 2J");
  assert.equal(printable("grüße 日本"), "grüße 日本");
});

test("[DIAG-3] long text is cut to the length asked for", () => {
  assert.equal(printable("abcdef", 4), "abc…");
  assert.equal(printable("abcd", 4), "abcd");
  assert.equal(quoted('say "hi"'), "\"say 'hi'\"");
});

test("[DIAG-1] a URL for people has no credentials, no fragment and nothing of its query", () => {
  assert.equal(
    urlForPeople("https://u:p@host.example:8443/path?code=abc&state=x&code=2#frag"),
    "https://host.example:8443/path?…",
  );
  assert.equal(urlForPeople("https://host.example/?a-key-without-a-name"), "https://host.example/?…");
  assert.equal(urlForPeople(new URL("http://[::1]:80/")), "http://[::1]/");
  assert.equal(urlForPeople("not a url?token=abc"), "not a url");
});

test("[DIAG-3] no half of a surrogate pair is left, neither of others nor by our cut", () => {
  assert.equal(printable("a\ud83d b \ude00c"), "a b c");
  assert.equal(printable("😀".repeat(5), 4), "😀…");
  assert.equal(printable("😀".repeat(5), 5), "😀😀…");
  assert.equal(printable("😀 fine"), "😀 fine");
});
