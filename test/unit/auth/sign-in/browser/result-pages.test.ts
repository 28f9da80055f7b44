import assert from "node:assert/strict";
import { test } from "node:test";
import {
  donePage,
  failedPage,
  foreignPage,
  signedInPage,
} from "../../../../../src/auth/sign-in/browser/result-pages.ts";

test("[AUTH-10] every page is self-contained, escaped, and says what happened", () => {
  const pages = [
    signedInPage('evil"><script>'),
    failedPage("<b>no</b>", "& then"),
    foreignPage(),
    donePage(),
  ];
  for (const { html } of pages) {
    assert.doesNotMatch(html, /<script|<img|<link|<form|src=|href=|javascript:/i);
    assert.match(html, /width=device-width/);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.equal(html.match(/<style>/g)?.length, 1);
  }
  assert.match(signedInPage("mcp.example.com").html, /signed in to mcp\.example\.com/);
  assert.equal(signedInPage("x").status, 200);
  assert.equal(failedPage("x", "y").status, 400);
  assert.match(failedPage("<b>no</b>", "y").html, /&lt;b&gt;no&lt;\/b&gt;/);
  assert.equal(foreignPage().status, 400);
});
