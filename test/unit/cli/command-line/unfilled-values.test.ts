// Placeholders wherever a value comes from: named with flag or variable and position, and never with the value.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { settingsFromFlags } from "../../../../src/cli/command-line/settings-from-flags.ts";
import { readCommandLine } from "../../../../src/cli/command-line.ts";
import { isFailure } from "../../../../src/core/failure/failure.ts";
import { Secret } from "../../../../src/core/text/secret.ts";
import { temporaryFolder } from "../../../support/project/temporary-folder.ts";

const folder = temporaryFolder();
after(() => folder.remove());
const file = (name: string, text: string): string => {
  const place = path.join(folder.path, name);
  writeFileSync(place, text);
  return place;
};

const URL_GIVEN = "https://example.com/mcp";
const CANARY = "sk-Canary0123456789";

/** Code and message; undefined: the settings were made. */
async function refusal(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  try {
    const read = await readCommandLine(words);
    assert.ok("connection" in read);
    const outside = { defaultFolder: () => "/data", readKeychain: async () => new Secret("x") };
    await settingsFromFlags(read.connection, { cwd: "/", env, platform: "linux" }, outside);
    return undefined;
  } catch (error) {
    assert.ok(isFailure(error), String(error));
    assert.doesNotMatch(`${error.message} ${error.hint}`, /Canary/);
    return `${error.code} ${error.message}`;
  }
}

const MACHINE = ["--client-credentials", "--client-assertion"];
const PERSON = [
  "--idp-token-endpoint",
  "https://idp.example/token",
  "--idp-client-id",
  "x",
  "--identity-assertion",
];

/** Behind the address, with variables; what is said after the code. */
const REFUSED: [words: string[], env: Record<string, string>, said: RegExp][] = [
  [
    ["--header", `X-Key: \${env:${CANARY}}`],
    {},
    /^--header: a placeholder that nobody replaced stands at character 8\.$/,
  ],
  [["--header", `X-Key:%${CANARY}%`.replace(/-(?=C)/, "_")], {}, /^--header: .* character 7\.$/],
  [["--header", "A: 1", "--header=X-Key: <YOUR_KEY>"], {}, /^--header, number 2: .* character 8\.$/],
  [[], { DRAWBRIDGE_HEADER: "X-Key: ${input:x}" }, /^DRAWBRIDGE_HEADER: .* character 8\.$/],
  [
    [],
    { DRAWBRIDGE_HEADER: "A: 1\nX-Key: ${user_config.x}" },
    /^DRAWBRIDGE_HEADER, number 2: .* character 8\.$/,
  ],
  [
    ["--header-file", file("headers", "A: 1\n\nX-Key: <KEY>\n")],
    {},
    /^--header-file, line 3: .* character 8\.$/,
  ],
  [["--header", "X-Key: ${X}"], { X: "${X}" }, /^--header: the environment variable X: .* character 1\.$/],
  [["--header", "X-Key: ${X}"], { X: `${CANARY} \${env:X}` }, /environment variable X: .* character 21\.$/],
  [["--issuer", "https://${HOST}/a"], {}, /^--issuer: .* character 9\.$/],
  [["--issuer", "https://issuer\u200b.example"], {}, /^--issuer: character 15 cannot be seen \(U\+200B\)\.$/],
  [
    [],
    { DRAWBRIDGE_ISSUER: "\ufeffhttps://issuer.example" },
    /^DRAWBRIDGE_ISSUER: character 1 .*\(U\+FEFF\)/,
  ],
  [["--resource", "urn:%X%"], {}, /^--resource: .* character 5\.$/],
  [
    ["--trust-issuer", "https://a.example=https://<tenant>.example"],
    {},
    /^--trust-issuer: .* character 27\.$/,
  ],
  [
    ["--client-metadata-url", "https://a.example/\u00adb"],
    {},
    /^--client-metadata-url: character 19 .*U\+00AD/,
  ],
  [["--scope", "read ${input:scope}"], {}, /^--scope: .* character 6\.$/],
  [["--authorize-param", "audience=${AUDIENCE}"], {}, /^--authorize-param: .* character 10\.$/],
  [["--config-dir", "${env:HOME}/x"], {}, /^--config-dir: .* character 1\.$/],
  [["--registration-token", "${env:X}"], {}, /^--registration-token: .* character 1\.$/],
  [
    ["--registration-token", `@${file("token", " <TOKEN>\n")}`],
    {},
    /^--registration-token, its file: .* character 1\.$/,
  ],
  [
    [],
    { DRAWBRIDGE_REGISTRATION_TOKEN: "${X}", X: "%X%" },
    /^DRAWBRIDGE_REGISTRATION_TOKEN: the environment variable X: /,
  ],
  [
    ["--static-oauth-client-info", '{"client_id":"<CLIENT_ID>"}'],
    {},
    /^--static-oauth-client-info, client_id: .* character 1\.$/,
  ],
  [
    [],
    { DRAWBRIDGE_STATIC_OAUTH_CLIENT_INFO: '{"client_id":"x","client_secret":"${input:s}"}' },
    /^DRAWBRIDGE_STATIC_OAUTH_CLIENT_INFO, client_secret: /,
  ],
  [
    ["--static-oauth-client-info", `@${file("info", '{"client_id":"%X%"}')}`],
    {},
    /client_id: .* character 1\.$/,
  ],
  [["--client-metadata-url", "https://%X%/a"], {}, /^--client-metadata-url: .* character 9\.$/],
  [[...MACHINE, "${env:X}"], {}, /^--client-assertion: /],
  [[...PERSON, "<token>"], {}, /^--identity-assertion: /],
  [[...PERSON, "x", "--idp-client-secret", "${env:X}"], {}, /^--idp-client-secret: /],
  [[], { HTTPS_PROXY: "${HTTPS_PROXY}" }, /^HTTPS_PROXY: .* character 1\.$/],
  [[], { http_proxy: "http://%PROXY%:3128" }, /^http_proxy: .* character 8\.$/],
  [[], { ALL_PROXY: "http://proxy\u00a0:1" }, /^ALL_PROXY: character 13 cannot be seen \(U\+00A0\)\.$/],
  [[], { DRAWBRIDGE_VAULT_KEY: "${input:key}" }, /^DRAWBRIDGE_VAULT_KEY: .* character 1\.$/],
];

test("[CLI-1] [DIAG-1] a placeholder is named at the start, wherever it comes from", async () => {
  for (const [words, env, said] of REFUSED) {
    const what = JSON.stringify([words, env]);
    const found = (await refusal([URL_GIVEN, ...words], env)) ?? assert.fail(`taken: ${what}`);
    assert.match(found, /^USAGE_PLACEHOLDER /, what);
    assert.match(found.replace(/^\w+ /, ""), said, what);
  }
});

test("[CLI-1] so is one in the server's address, in every command", async () => {
  for (const url of [
    "${MCP_URL}",
    "https://${env:HOST}/mcp",
    "https://%HOST%/mcp",
    "<url>",
    "https://example.com/\u2060mcp",
  ])
    for (const words of [
      [url],
      [url, "3334"],
      ["login", url],
      ["doctor", url],
      ["logout", url],
      [url, "--scope", "x"],
    ])
      assert.match(
        (await refusal(words)) ?? "",
        /^USAGE_PLACEHOLDER The address of the server: /,
        words.join(" "),
      );
});

test("[CLI-1] a variable that is empty is as good as none", async () => {
  for (const X of ["", " ", "\n"])
    assert.match(
      (await refusal([URL_GIVEN, "--header", "X-Key: ${X}"], { X })) ?? "",
      /^USAGE_MISSING_VARIABLE --header: the environment variable X is empty\.$/,
    );
});

test("[CLI-1] what only looks like a placeholder is taken", async () => {
  const lines: [words: string[], env: Record<string, string>][] = [
    [["https://example.com/%20X%20/mcp"], {}],
    [["https://example.com/a%C3%A4?q=100%25"], {}],
    [[URL_GIVEN, "--header", "X-Filter: a<b and 50%"], {}],
    [[URL_GIVEN, "--header", "X-Key: $5 a$b"], {}],
    [[URL_GIVEN, "--header", "From: Ada <ada@example.com>"], {}],
    [[URL_GIVEN, "--header", "X-Key: ${A}${B}"], { A: "p%ss", B: "<>$" }],
    [[URL_GIVEN, "--trust-issuer", "https://a.example=https://a.example/{tenantid}/v2.0"], {}],
    [[URL_GIVEN, "--ignore-tool", "<x>*"], {}],
    [[URL_GIVEN, ...MACHINE, "!token --for ${env:X}", "--issuer", "https://a.example"], {}],
    [[URL_GIVEN], { HTTPS_PROXY: "http://user:p%40ss%21@proxy:3128", NO_PROXY: "%X%" }],
    [[URL_GIVEN, "--no-proxy"], { HTTPS_PROXY: "${HTTPS_PROXY}" }],
    [[URL_GIVEN, "--header", "X-Name: J\u00f6rg"], {}],
  ];
  for (const [words, env] of lines)
    assert.equal(await refusal(words, env), undefined, JSON.stringify([words, env]));
});

test("[CLI-1] setup writes down what the host replaces", async () => {
  const read = await readCommandLine([
    "setup",
    "cursor",
    URL_GIVEN,
    "--header",
    "X-Key: ${env:X}",
    "--scope",
    "${env:S}",
  ]);
  assert.ok("connection" in read);
});

test("[CLI-1] a flag that takes no value says so", async () => {
  const lines = [
    ["--debug", "true"],
    ["--debug", "false"],
    ["--debug", "1"],
    ["--debug=true"],
    ["--no-browser", "no"],
    ["--read-only", "TRUE", "--debug"],
    ["3334", "--allow-http", "on"],
  ];
  for (const line of lines) {
    const flag = line.find((word) => word.startsWith("--"))?.split("=")[0];
    assert.equal(
      await refusal([URL_GIVEN, ...line]),
      `USAGE_BAD_ARGUMENT ${flag} takes no value.`,
      line.join(" "),
    );
  }
  assert.equal(
    await refusal(["login", URL_GIVEN, "--json", "true"]),
    "USAGE_BAD_ARGUMENT --json takes no value.",
  );
  for (const line of [
    ["--debug", "3334"],
    ["--scope", "true"],
    ["--scope=on", "1"],
    ["--header", "X: true", "--debug"],
  ])
    assert.equal(await refusal([URL_GIVEN, ...line]), undefined, line.join(" "));
});
