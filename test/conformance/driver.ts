// The client that the official conformance suite starts: `driver.js <era> <address of the server>`. It plays a stdio host
// of 2025-11-25 (`legacy`) or 2026-07-28 (`modern`) with the built program between itself and the server, and the person in
// the browser. It knows no scenario: what it needs to be told comes in MCP_CONFORMANCE_CONTEXT. Exit 1 when the host got a
// JSON-RPC error, which the suite forgives where the scenario demands one.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { browserProgram } from "../support/browsers/browser.ts";
import { startHost } from "../support/hosts/stdio-host.ts";
import { temporaryFolder } from "../support/project/temporary-folder.ts";
import { type Context, flagsFor } from "./flags.ts";
import { play } from "./play.ts";

const [era, url = ""] = process.argv.slice(2);
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}") as Context;
const folder = temporaryFolder();
const browser = browserProgram();
const host = startHost({
  args: [
    url,
    "--debug",
    ...flagsFor(context, save, context.client_id === undefined ? "" : await issuerOf(new URL(url))),
  ],
  configDir: path.join(folder.path, "state"),
  cwd: folder.path,
  env: browser.env,
});
const errors: string[] = [];
try {
  errors.push(...(await play(era === "modern" ? "modern" : "legacy", host, context.toolCalls)));
  const exit = await host.endInput();
  if (exit.code !== 0) errors.push(`the program ended with ${JSON.stringify(exit)}`);
  host.assertPureStdout();
  // A page that tells of a failure goes with an error at the host (AUTH-10).
  errors.push(...browser.troubles().map((trouble) => `the person in the browser: ${trouble}`));
} catch (error) {
  errors.push(String(error));
} finally {
  await host.close();
  browser.remove();
  folder.remove();
}
console.log(host.stderr);
for (const error of errors) console.log(`error: ${error}`);
process.exitCode = errors.length > 0 ? 1 : 0;

/** The issuer that the server under test names; empty where it names none. */
async function issuerOf({ origin, pathname }: URL): Promise<string> {
  for (const path of [pathname, ""]) {
    const place = `${origin}/.well-known/oauth-protected-resource${path}`;
    // Some of the suite's servers answer every GET with a stream.
    const answer = await fetch(place, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    const isJson = answer?.headers.get("content-type")?.startsWith("application/json") === true;
    if (answer?.ok !== true || !isJson) {
      await answer?.body?.cancel();
      continue;
    }
    const { authorization_servers: issuers } = (await answer.json()) as { authorization_servers?: string[] };
    if (issuers?.[0] !== undefined) return issuers[0];
  }
  return "";
}

/** A file in the folder of this run. */
function save(name: string, text: string): string {
  const file = path.join(folder.path, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
