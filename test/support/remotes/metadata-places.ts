// What is found where metadata was looked for.
import type { ProtectedRemote } from "./protected-remote.ts";
import type { Answer } from "./scripted-server.ts";

export const JSON_TYPE = { "content-type": "application/json" };
export const HTML: Answer = { headers: { "content-type": "text/html" }, body: "<!doctype html><p>Hello" };

/** What is not the document, whatever the document is. */
export const SOMETHING_ELSE: readonly (readonly [name: string, answer: Answer])[] = [
  ["404", { status: 404 }],
  ["410", { status: 410 }],
  ["401", { status: 401, headers: { "www-authenticate": "Bearer" } }],
  ["405 with JSON", { status: 405, body: { error: "method" } }],
  ["a page", HTML],
  ["a page that calls itself JSON", { headers: JSON_TYPE, body: "<!doctype html>" }],
  ["JSON with a comma too many", { headers: JSON_TYPE, body: '{"resource":"x",}' }],
  ["a list", { body: [] }],
  ["null", { headers: JSON_TYPE, body: "null" }],
  ["other JSON", { body: { status: "ok" } }],
  ["an error in JSON", { body: { error: "not found" } }],
  ["the wrong types", { body: { resource: 1, issuer: [], token_endpoint: {} } }],
  ["nothing", { headers: JSON_TYPE, body: "" }],
  ["204", { status: 204 }],
  ["a redirect elsewhere", { status: 302, headers: { location: "https://elsewhere.example/login" } }],
  ["far too much", { headers: JSON_TYPE, body: "x".repeat(1_100_000) }],
];
export const OF_A_MOMENT: readonly (readonly [name: string, answer: Answer])[] = [
  ["500", { status: 500 }],
  ["503 with a page", { ...HTML, status: 503 }],
  ["429", { status: 429 }],
  ["a cut connection", { reset: true }],
];
export const EVERYTHING = [...SOMETHING_ELSE, ...OF_A_MOMENT];

export const PATH_PLACE = "/.well-known/oauth-protected-resource/mcp";
export const ROOT_PLACE = "/.well-known/oauth-protected-resource";

/** Answers by path; what is not named is 404. */
export function serve(remote: ProtectedRemote, answers: Readonly<Record<string, Answer>>): void {
  remote.server.script("well-known", ({ url }) => answers[url.pathname] ?? { status: 404 });
}
