import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "../../../../src/auth/protocol/issuer-http.ts";
import { refusalText } from "../../../../src/auth/protocol/oauth-error.ts";

function words(body: unknown, type = "application/json", sent: { body?: string } = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const header = (name: string) => (name === "content-type" ? type : undefined);
  return readAnswer(new URL("https://issuer.example/token"), 400, header, text, sent).words;
}

const SAID: readonly [body: unknown, error: string | undefined, description: string | undefined][] = [
  [{ error: "invalid_grant", error_description: "Too old." }, "invalid_grant", "Too old."],
  [{ message: "Too old." }, undefined, "Too old."],
  [{ Message: "Too old." }, undefined, "Too old."],
  [{ error: "Bad Request", message: "Too old.", statusCode: 400 }, "Bad Request", "Too old."],
  [{ error: "Bad Request", message: ["Too old.", "And small."] }, "Bad Request", "Too old."],
  [{ error: { code: 400, message: "Too old." } }, undefined, "Too old."],
  [{ error: { errors: [{ message: "Too old." }], code: 400 } }, undefined, "Too old."],
  [{ errors: [{ title: "Expired", detail: "Too old." }] }, undefined, "Too old."],
  [{ errors: ["Too old."] }, undefined, "Too old."],
  [{ errorCode: "E1", errorSummary: "Too old.", errorCauses: [] }, undefined, "Too old."],
  [{ type: "about:blank", title: "Expired", status: 400, detail: "Too old." }, undefined, "Too old."],
  [{ title: "Expired" }, undefined, "Expired"],
  [{ detail: [{ loc: ["body"], msg: "field required", type: "missing" }] }, undefined, "field required"],
  [{ fault: { faultstring: "Too old.", detail: { errorcode: "x" } } }, undefined, "Too old."],
  [{ "error-message": "Too old." }, undefined, "Too old."],
  [{ data: { result: { reason: "Too old." } } }, undefined, "Too old."],
  [{ errors: Array.from({ length: 400_000 }, () => 0) }, undefined, undefined],
  [{ ok: false, error: "invalid_code" }, "invalid_code", undefined],
  [{ error: "same", message: "same" }, "same", undefined],
  [{ error: "", message: "" }, undefined, undefined],
  [{ message: 5, msg: null, tags: ["red"], ids: [1] }, undefined, undefined],
  [{}, undefined, undefined],
  ["<html>", undefined, undefined],
];

test("[DISC-11] the words of a refusal are found in JSON of any shape", () => {
  for (const [body, error, description] of SAID)
    assert.deepEqual(words(body), { error, description }, JSON.stringify(body));
});

test("[DISC-11] plain text speaks for itself, forms are read, pages are for browsers", () => {
  assert.deepEqual(words("Too old.", "text/plain; charset=utf-8"), {
    error: undefined,
    description: "Too old.",
  });
  assert.equal(words("Too old.", "").description, "Too old.");
  assert.deepEqual(
    words("error=invalid_grant&error_description=Too+old.", "application/x-www-form-urlencoded"),
    {
      error: "invalid_grant",
      description: "Too old.",
    },
  );
  for (const [text, type] of [
    ["<h1>Too old.</h1>", "text/html"],
    ["<h1>Too old.</h1>", "text/plain"],
    ["  <!doctype html>", ""],
    ["", "text/plain"],
    ["\u0000\u0001", "application/octet-stream"],
  ] as const)
    assert.equal(words(text, type).description, undefined, text);
});

test("[DIAG-1] [DIAG-3] what was sent is hidden in all of it, and all of it is cut and on one line", () => {
  const sent = { body: "refresh_token=the-refresh-token-itself" };
  const said = words(
    { error: "the-refresh-token-itself", errors: [{ message: "What is the-refresh-token-itself?" }] },
    "",
    sent,
  );
  assert.deepEqual(said, { error: "[secret]", description: "What is [secret]?" });
  const long = words({ error: "a\u001b[31m\nb", message: `${"x".repeat(9_000)}` });
  assert.ok(refusalText(long).length < 450 && !/[\n\u001b]/.test(refusalText(long)));
  const deep = `${'{"a":'.repeat(30)}{"message":"deep"}${"}".repeat(30)}`;
  assert.equal(words(deep).description, undefined);
  const wide = {
    ...Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`m${at}`, {}])),
    z: { message: "far" },
  };
  assert.equal(words(wide).description, undefined);
});
