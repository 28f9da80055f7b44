import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFromFlags } from "../../../../src/cli/command-line/settings-from-flags.ts";
import { readCommandLine } from "../../../../src/cli/command-line.ts";
import { environmentName, flagName, takesValue } from "../../../../src/cli/flags/flag.ts";
import { FLAGS } from "../../../../src/cli/flags/table.ts";
import { type Failure, isFailure } from "../../../../src/core/failure/failure.ts";
import { Secret } from "../../../../src/core/text/secret.ts";

const URL_GIVEN = "https://example.com/mcp";
const CANARY = "sk-Canary0123456789";
/** What people put where something else belongs. */
const VALUES = [
  CANARY,
  `--${CANARY}`,
  `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
  `{"client_id":"x","client_secret":"${CANARY}"`,
  `{client_secret:${CANARY}}`,
  `{"client_id":"x","token_endpoint_auth_method":"${CANARY}"}`,
  `https://user:${CANARY}@example.com/?token=${CANARY}`,
  `http://example.com/${CANARY}`,
  `${CANARY}:${CANARY}`,
  `Host: ${CANARY}`,
  `X-Key: ${CANARY}\u{1f511}`,
  `@/nowhere/at/all/${CANARY}`,
  `/nowhere/' is invalid. ${CANARY}' is invalid. x`,
  `a/\0${CANARY}`,
  `/${CANARY.repeat(300)}`,
  `\${env:${CANARY}} ${CANARY}`,
  `X-Key: <${CANARY}>`,
  `https://%${CANARY}%.example/${CANARY}`,
  `https://example.com/\u200b${CANARY}`,
];

async function refusal(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Failure | undefined> {
  try {
    const read = await readCommandLine(argv);
    if (!("connection" in read)) return undefined;
    const outside = { defaultFolder: () => "/data", readKeychain: async () => new Secret("x") };
    await settingsFromFlags(read.connection, { cwd: "/", env, platform: "linux" }, outside);
    return undefined;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}

test("[DIAG-1] [CLI-1] no error about the command line or the environment quotes a value", async () => {
  let refused = 0;
  for (const value of VALUES) {
    const lines: [argv: string[], env: NodeJS.ProcessEnv][] = [
      [[value], {}],
      [[URL_GIVEN, value], {}],
      [[URL_GIVEN, "3334", value], {}],
      [["login", value], {}],
      [["logout", value], {}],
      [["login", URL_GIVEN, value], {}],
      [[URL_GIVEN, `--unknown=${value}`], {}],
      [[URL_GIVEN, `--hedaer=${value}`], {}],
      [[URL_GIVEN, `-x${value}`], {}],
    ];
    for (const known of FLAGS) {
      const long = flagName(known);
      const required = takesValue(known);
      // Beside what makes its value be read.
      const others = ["--client-key", "--client-cert", "--client-credentials"].filter(
        (flag) => flag !== long,
      );
      lines.push([[URL_GIVEN, required ? long : `${long}=x`, value], {}]);
      lines.push([[URL_GIVEN, ...(required ? [long, value] : [`${long}=${value}`]), others[2] ?? ""], {}]);
      lines.push([[URL_GIVEN], { [environmentName(known)]: value }]);
    }
    for (const [argv, env] of lines) {
      const failure = await refusal(
        argv.filter((word) => word !== ""),
        env,
      );
      if (failure === undefined) continue;
      refused += 1;
      const said = `${failure.message} ${failure.hint} ${failure.url ?? ""}`;
      assert.doesNotMatch(said, /Canary|PRIVATE KEY/, JSON.stringify([argv, env]));
      assert.equal(failure.family, "USAGE", said);
    }
  }
  assert.ok(refused > 500, String(refused));
});

test("[CLI-1] an error says where the value stood, how long it is and what is right", async () => {
  const said = async (...argv: string[]) => (await refusal([URL_GIVEN, ...argv]))?.message ?? "";
  assert.match(
    await said("--store", "cloud"),
    /^--store <where>: the value \(5 characters\).*auto, keychain, file/,
  );
  assert.match(await said("notaport"), /^The callback-port \(8 characters\) is not valid\. A port is/);
  assert.match(await said("-----BEGIN"), /^Argument 2 \(10 characters\) begins with - but is no flag\.$/);
  assert.equal(await said("--nonsense"), "Unknown flag --nonsense.");
  assert.match(
    await said("--header", "A: b", "--header", "no colon"),
    /^--header, number 2: write a header as/,
  );
  assert.match(
    await said("--ca-file", "/nowhere/x.pem"),
    /does not exist; of the path \(14 characters\), "\/" exists/,
  );
});

test("[CLI-1] a PEM or JSON where the path of a file belongs is recognised", async () => {
  for (const text of [
    "-----BEGIN CERTIFICATE-----\nMIIB",
    "-----BEGIN EC PRIVATE KEY-----\\nMHc",
    '{"kty":"EC"}',
  ]) {
    const failure = await refusal([URL_GIVEN, "--client-credentials", "--private-key", text]);
    assert.equal(failure?.code, "USAGE_BAD_ARGUMENT");
    assert.match(
      failure.message,
      /^--private-key: the contents of a file were given in place of its path\.$/,
    );
    assert.match(failure.hint, /--private-key with the path/);
  }
});
