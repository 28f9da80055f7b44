// An issuer by hand, as the command line and the environment have it: what goes together, and what does not.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { settingsFromFlags } from "../../../../src/cli/command-line/settings-from-flags.ts";
import { readCommandLine } from "../../../../src/cli/command-line.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { temporaryFolder } from "../../../support/project/temporary-folder.ts";

const [PAGE, TOKENS, CLIENTS] = ["https://i.example/a", "https://t.example/t", "https://i.example/r"];
const AUTHORIZATION = ["--authorization-endpoint", PAGE];
const TOKEN = ["--token-endpoint", TOKENS];
const REGISTRATION = ["--registration-endpoint", CLIENTS];
const ISSUER = ["--issuer", "https://i.example"];
const CLIENT = ["--static-oauth-client-info", '{"client_id":"x"}'];
const ASSERTION = ["--identity-assertion", "@x", "--idp-token-endpoint", PAGE, "--idp-client-id", "x"];

const folder = temporaryFolder();
function file(name: string, content: unknown): string {
  const at = path.join(folder.path, name);
  writeFileSync(at, typeof content === "string" ? content : JSON.stringify(content));
  return `@${at}`;
}
test.after(() => folder.remove());

const both = { token_endpoint: TOKENS, authorization_endpoint: PAGE };
const WHOLE = ["--issuer-metadata", file("whole.json", both)];
const PAGE_ONLY = ["--issuer-metadata", file("page.json", { authorization_endpoint: PAGE })];
const TOKEN_ONLY = ["--issuer-metadata", file("token.json", { token_endpoint: TOKENS })];

async function givenIssuer(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const read = await readCommandLine(["https://example.com/mcp", ...words]);
  assert.ok(read.kind === "connect" && "connection" in read && read.connection.url !== undefined);
  const settings = await settingsFromFlags(
    { ...read.connection, url: read.connection.url },
    { cwd: "/here", env, platform: "linux" },
    { defaultFolder: () => "/data", readKeychain: async () => new Secret("x") },
  );
  return settings.auth.givenIssuer;
}

const TAKEN: readonly (readonly string[])[] = [
  [...AUTHORIZATION, ...TOKEN],
  [...AUTHORIZATION, ...TOKEN, ...CLIENT],
  [...AUTHORIZATION, ...TOKEN, ...REGISTRATION],
  [...TOKEN, "--client-credentials"],
  [...TOKEN, "--client-credentials", ...ISSUER],
  [...AUTHORIZATION, ...TOKEN, ...ISSUER],
  WHOLE,
  [...WHOLE, ...AUTHORIZATION],
  [...WHOLE, ...TOKEN],
  [...WHOLE, ...REGISTRATION],
  [...WHOLE, "--client-credentials"],
  [...WHOLE, ...ASSERTION],
  [...PAGE_ONLY, ...TOKEN],
  [...TOKEN_ONLY, ...AUTHORIZATION],
  [...TOKEN_ONLY, "--client-credentials"],
  ["--issuer-metadata", "https://i.example/metadata", "--device-code"],
  ["--issuer-metadata", "http://127.0.0.1:1/metadata"],
];

for (const words of TAKEN)
  test(`[DISC-12] [CLI-1] ${words.join(" ")}: taken`, async () => {
    const given = (await givenIssuer(words)) ?? assert.fail();
    assert.equal(
      given.authorizationEndpoint?.href,
      words.includes(PAGE) && words.includes("--authorization-endpoint") ? PAGE : undefined,
    );
    assert.equal(given.tokenEndpoint?.href, words.includes(TOKENS) ? TOKENS : undefined);
    assert.equal(given.registrationEndpoint?.href, words.includes(CLIENTS) ? CLIENTS : undefined);
    assert.equal(given.metadata !== undefined, words.includes("--issuer-metadata"));
  });

for (const words of [
  AUTHORIZATION,
  TOKEN,
  REGISTRATION,
  [...TOKEN, ...REGISTRATION],
  [...TOKEN, "--device-code"],
])
  test(`[DISC-12] [CLI-1] ${words.join(" ")} with --issuer: the rest is what that issuer publishes`, async () => {
    const given = await givenIssuer([...words, ...ISSUER]);
    assert.deepEqual(given?.metadata, { kind: "issuer", issuer: "https://i.example" });
  });

const REFUSED: readonly (readonly [words: readonly string[], text: RegExp, code?: string])[] = [
  [AUTHORIZATION, /needs --token-endpoint/],
  [REGISTRATION, /needs --token-endpoint/],
  [[...AUTHORIZATION, ...REGISTRATION], /needs --token-endpoint/],
  [TOKEN, /needs --authorization-endpoint/],
  [[...TOKEN, ...REGISTRATION], /needs --authorization-endpoint/],
  [[...TOKEN, "--device-code"], /alone does not describe an issuer for --device-code/],
  [[...TOKEN, ...ASSERTION], /alone does not describe an issuer for --identity-assertion/],
  [[...AUTHORIZATION, ...TOKEN, "--client-credentials"], /sign-in in the browser/],
  [[...AUTHORIZATION, ...TOKEN, "--device-code"], /sign-in in the browser/],
  [[...TOKEN, ...REGISTRATION, "--client-credentials"], /service is not registered/],
  [[...AUTHORIZATION, ...TOKEN, ...REGISTRATION, ...CLIENT], /you gave one/],
  [PAGE_ONLY, /no token_endpoint/],
  [TOKEN_ONLY, /no authorization_endpoint/],
  [[...WHOLE, "--device-code"], /no device_authorization_endpoint/],
  [["--issuer-metadata", "@/nowhere.json"], /does not exist/, "USAGE_MISSING_FILE"],
  [["--issuer-metadata", file("list.json", [])], /JSON object/, "USAGE_BAD_JSON"],
  [["--issuer-metadata", file("cut.json", "{")], /not valid JSON/, "USAGE_BAD_JSON"],
  [["--issuer-metadata", '{"token_endpoint":"x"}'], /in a file/],
  [["--issuer-metadata", "@"], /https/],
  [["--issuer-metadata", "http://i.example/metadata"], /https/],
  [["--authorization-endpoint", "http://i.example/a", ...TOKEN], /https/],
  [[...AUTHORIZATION, "--token-endpoint", "http://t.example/t"], /https/],
  [[...AUTHORIZATION, ...TOKEN, "--registration-endpoint", "ftp://i.example/r"], /https/],
  [["--authorization-endpoint", "/oauth/authorize", ...TOKEN], /https/],
];

for (const [words, text, code = "USAGE_BAD_ARGUMENT"] of REFUSED)
  test(`[DISC-12] [CLI-1] ${words.join(" ")}: refused, with exit code 2 and what to do`, async () => {
    await assert.rejects(
      () => givenIssuer(words),
      (error) => {
        assert.ok(isFailure(error), String(error));
        assert.deepEqual([error.code, error.exitCode], [code, 2]);
        assert.match(error.message, text);
        return error.hint !== "";
      },
    );
  });

test("[DISC-12] [CLI-1] each flag is a variable as well, and their combinations are looked at like those of flags", async () => {
  const given = await givenIssuer([], {
    DRAWBRIDGE_AUTHORIZATION_ENDPOINT: PAGE,
    DRAWBRIDGE_TOKEN_ENDPOINT: TOKENS,
    DRAWBRIDGE_REGISTRATION_ENDPOINT: CLIENTS,
    DRAWBRIDGE_ISSUER_METADATA: "https://i.example/metadata",
  });
  assert.deepEqual(given, {
    authorizationEndpoint: new URL(PAGE),
    tokenEndpoint: new URL(TOKENS),
    registrationEndpoint: new URL(CLIENTS),
    metadata: { kind: "url", url: new URL("https://i.example/metadata") },
  });
  await assert.rejects(
    () => givenIssuer([], { DRAWBRIDGE_TOKEN_ENDPOINT: TOKENS }),
    (error) => isFailure(error, "USAGE_BAD_ARGUMENT"),
  );
  assert.equal(await givenIssuer([]), undefined);
});
