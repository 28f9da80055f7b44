// The client metadata document: what is written, and what is said of a hosted one.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { DocumentReport } from "../../../src/app/client-metadata/client-metadata.ts";
import { runInside } from "../../support/commands/run-inside.ts";
import { assertSchema } from "../../support/commands/schemas.ts";
import { createAuthority, createLeaf } from "../../support/project/certificates.ts";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { type Answer, ScriptedServer } from "../../support/remotes/scripted-server.ts";

test("[REG-6][CLI-2] the document that client-metadata writes is one that its check takes; what is wrong with another is named", async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const authority = await createAuthority();
  const ca = path.join(folder.path, "ca.pem");
  writeFileSync(ca, authority.cert);
  let answer: Answer = { status: 404 };
  const server = new ScriptedServer({
    host: "localhost",
    tls: await createLeaf(authority),
    route: () => "document",
    answer: () => answer,
  });
  await server.listen();
  t.after(() => server.close());
  const url = `${server.origin}/client.json`;
  const flags = ["--config-dir", folder.path, "--ca-file", ca];
  const check = async (): Promise<DocumentReport & { code: number }> => {
    const { stdout, code, stderr } = await runInside(["client-metadata", "check", url, "--json", ...flags]);
    assert.notEqual(stdout, "", stderr);
    const report = JSON.parse(stdout) as DocumentReport;
    assertSchema("client-metadata-check", report);
    return { ...report, code };
  };

  const written = await runInside(["client-metadata", url, "63113", ...flags]);
  assert.equal(written.code, 0, written.stderr);
  const document = JSON.parse(written.stdout) as Record<string, unknown>;
  assert.deepEqual(document.redirect_uris, [
    "http://localhost:63113/oauth/callback",
    "http://127.0.0.1:63113/oauth/callback",
  ]);
  answer = { body: document };
  const { faults, code } = await check();
  assert.deepEqual([faults, code], [[], 0]);

  for (const [wrong, fault] of [
    [{ status: 404 }, /answers 404/],
    [{ body: "<html>" }, /not a JSON object/],
    [{ body: { ...document, client_id: "https://else.example/c.json" } }, /client_id is/],
    [{ body: { ...document, redirect_uris: ["https://else.example/cb"] } }, /no browser can come back/],
    [{ body: { ...document, client_secret: "x" } }, /client_secret/],
    [{ body: JSON.stringify(document), headers: { "content-type": "text/plain" } }, /its type is/],
  ] as const) {
    answer = wrong;
    const report = await check();
    assert.equal(report.code, 4);
    assert.match(report.faults.join("; "), fault);
  }
});
