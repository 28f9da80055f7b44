import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asFailure,
  EXIT_CODES,
  Failure,
  isFailure,
  RPC_CODES,
} from "../../../../src/core/failure/failure.ts";
import { FAILURE_NOTES } from "../../../../src/core/failure/failure-notes.ts";
import { FAILURES, type FailureCode } from "../../../../src/core/failure/failure-table.ts";

test("every code belongs to its family and says what to do next", () => {
  for (const [code, hint] of Object.entries(FAILURES)) {
    assert.ok(new Failure(code as FailureCode, "").family in EXIT_CODES, code);
    assert.match(hint, /[.)]$/, `${code}: the hint is a sentence`);
    assert.ok(hint.length <= 160, `${code}: the hint is short`);
  }
});

/** What somebody can do: the first words of a sentence, or of the part behind a condition. */
const MOVE =
  /(?:^|[.:;,] |but |or |and )(?:add|ask|check|choose|give|look|make|mend|open|pass|please report|put|raise|register|run|set|show|start|stop|tell|try|unlock|update|use|you need do nothing)\b/i;

test("every hint tells a person what to do, and one about somebody else's fault tells whom to ask", () => {
  for (const [code, hint] of Object.entries(FAILURES)) {
    assert.match(hint, MOVE, code);
    const { party } = FAILURE_NOTES[code as FailureCode];
    const isTheirs =
      party !== "you" && !/you need do nothing|try again|start the sign-in again|--max-message/i.test(hint);
    if (isTheirs) assert.match(hint, /whoever runs|at the issuer|Check before you repeat/, code);
  }
});

test("exit codes and JSON-RPC codes: one number a family", () => {
  assert.deepEqual(EXIT_CODES, { USAGE: 2, NETWORK: 3, AUTH: 4, REMOTE: 5, LOCAL: 6, INTERRUPTED: 130 });
  const codes = Object.values(RPC_CODES);
  assert.equal(new Set(codes).size, codes.length);
  // The range that JSON-RPC and MCP reserve.
  for (const code of codes) assert.ok(code < -32768 || code > -32000, String(code));
});

test("a failure carries code, hint, documentation and, where it has one, a URL", () => {
  const failure = new Failure("AUTH_SIGN_IN_REQUIRED", "Sign in first.", { url: "https://issuer.example/a" });
  assert.deepEqual(failure.data(), {
    code: "AUTH_SIGN_IN_REQUIRED",
    hint: FAILURES.AUTH_SIGN_IN_REQUIRED,
    docs: "https://www.npmjs.com/package/mcp-drawbridge#auth_sign_in_required",
    url: "https://issuer.example/a",
  });
  assert.equal(failure.exitCode, 4);
  assert.equal("url" in new Failure("LOCAL_BUSY", "Busy.").data(), false);
});

test("what is not known to be unsent may have been received", () => {
  assert.equal(new Failure("NETWORK_RESET", "Broke.").received, "maybe");
  assert.equal(new Failure("NETWORK_REFUSED", "Refused.", { received: "no" }).received, "no");
});

test("the case's own hint replaces that of the table", () => {
  assert.equal(new Failure("NETWORK_TLS", "No.", { hint: "Do this." }).hint, "Do this.");
});

test("dispatch is on codes", () => {
  const failure = new Failure("NETWORK_DNS", "No such name.");
  const others: FailureCode[] = ["NETWORK_TLS", "NETWORK_RESET"];
  assert.ok(isFailure(failure) && isFailure(failure, "NETWORK_DNS", ...others));
  assert.equal(isFailure(failure, ...others), false);
  assert.equal(isFailure(new Error("NETWORK_DNS"), "NETWORK_DNS"), false);
});

test("[DIAG-1] an unexpected error becomes a bug report without its text", () => {
  const failure = asFailure(new TypeError("token s3cr3t-t0ken is not a function"));
  assert.equal(failure.code, "LOCAL_BUG");
  assert.match(failure.message, /TypeError/);
  assert.doesNotMatch(JSON.stringify(failure.data()) + failure.message, /s3cr3t/);
  assert.equal(asFailure(failure), failure);
});
