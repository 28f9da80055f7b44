// What a host can be asked (2026-07-28 and 2025-11-25, client/sampling, client/elicitation, client/roots; Capabilities).
import assert from "node:assert/strict";
import { test } from "node:test";
import { notDeclared } from "../../../../src/bridge/era/input-requests.ts";
import type { Json } from "../../../support/hosts/rpc-text.ts";

const SAMPLING = "sampling/createMessage";
const ELICITATION = "elicitation/create";
const ROWS: readonly [method: string, params: Json, declared: Json, lacks: string | undefined][] = [
  [SAMPLING, {}, {}, "sampling"],
  [SAMPLING, {}, { sampling: {} }, undefined],
  [SAMPLING, {}, { sampling: true }, "sampling"],
  [SAMPLING, { tools: [] }, { sampling: {} }, "sampling with tools"],
  [SAMPLING, { toolChoice: {} }, { sampling: { context: {} } }, "sampling with tools"],
  [SAMPLING, { tools: [] }, { sampling: { tools: {} } }, undefined],
  ["roots/list", {}, {}, "roots"],
  ["roots/list", {}, { roots: {} }, undefined],
  [ELICITATION, {}, {}, "elicitation"],
  [ELICITATION, {}, { elicitation: {} }, undefined],
  [ELICITATION, { mode: "form" }, { elicitation: { form: {} } }, undefined],
  [ELICITATION, { mode: "form" }, { elicitation: { url: {} } }, "elicitation by form"],
  [ELICITATION, { mode: "url" }, { elicitation: {} }, "elicitation by URL"],
  [ELICITATION, { mode: "url" }, { elicitation: { form: {} } }, "elicitation by URL"],
  [ELICITATION, { mode: "url" }, { elicitation: { url: {} } }, undefined],
  ["x/ask", {}, { x: {} }, "x/ask"],
];
for (const [method, params, declared, lacks] of ROWS)
  test(`[ERA-2][ERA-5] ${method} with ${JSON.stringify(params)} of a host with ${JSON.stringify(declared)}: ${lacks ?? "asked"}`, () => {
    const request = { key: "k", method, params: Buffer.from(JSON.stringify(params)) };
    assert.equal(notDeclared(request, declared), lacks);
  });
