import assert from "node:assert/strict";
import { test } from "node:test";
import { mcpRemoteWords } from "../../../../src/app/import/mcp-remote-entry.ts";
import { MCP_REMOTE_FLAGS } from "../../../../src/app/import/mcp-remote-flags.ts";
import { storeHash } from "../../../../src/app/import/mcp-remote-store.ts";
import { readShortLine } from "../../../../src/cli/command-line/short-line.ts";
import { wordsOfEntry } from "../../../../src/cli/command-line/words-of-entry.ts";
import { memberName } from "../../../../src/cli/flags/flag.ts";
import { FLAGS } from "../../../../src/cli/flags/table.ts";

const URL = "https://example.com/mcp";
/** A value for each flag that takes one, and what the settings make of it. */
const VALUES: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  "--header": ["X-Key: ${K}", ["X-Key: ${K}"]],
  "--header-file": ["/h.txt", ["/h.txt"]],
  "--resource": ["https://tenant.example/", "https://tenant.example/"],
  "--authorize-param": ["prompt=consent", [["prompt", "consent"]]],
  "--host": ["127.0.0.1", "127.0.0.1"],
  "--callback-path": ["/custom/callback", "/custom/callback"],
  "--auth-success-url": ["https://app.example/done", new globalThis.URL("https://app.example/done")],
  "--auth-timeout": ["60", 60_000],
  "--ignore-tool": ["delete*", ["delete*"]],
  "--connect-timeout": ["30", 30_000],
  "--headers-timeout": ["300", 300_000],
  "--body-timeout": ["0", 0],
  "--ping-interval": ["60", 60_000],
  "--transport": ["sse-only", "sse-only"],
  "--protocol": ["legacy", "legacy"],
  "--static-oauth-client-metadata": ['{"scope":"a b"}', '{"scope":"a b"}'],
  "--static-oauth-client-info": ["@/c.json", "@/c.json"],
  "--client-metadata-url": ["https://c.example/c.json", new globalThis.URL("https://c.example/c.json")],
  "--token-endpoint": ["https://as.example/token", new globalThis.URL("https://as.example/token")],
};

for (const { usage } of MCP_REMOTE_FLAGS) {
  const [name = ""] = usage.split(" ");
  if (!name.startsWith("--")) continue;
  test(`[CLI-1] mcp-remote's ${usage} is accepted, with its value`, () => {
    const [text, value] = VALUES[name] ?? [];
    assert.equal(usage.includes(" "), text !== undefined);
    const words = [URL, ...(text === undefined ? [name] : [name, text])];
    const member = memberName(FLAGS.find((flag) => flag.usage.split(" ")[0] === name) ?? assert.fail(name));
    assert.deepEqual(readShortLine(words)?.given, new Map([[member, value ?? true]]));
    const line = wordsOfEntry(words);
    assert.ok(typeof line !== "string" && line.url === URL && line.flags.length === 1);
  });
}

test("[CLI-2] an entry of mcp-remote is known by whatever starts it, and nothing else is", () => {
  const found = (command: string, ...args: string[]) => mcpRemoteWords({ command, args, env: {} });
  for (const [command, ...args] of [
    ["npx", "mcp-remote"],
    ["npx", "-y", "mcp-remote@latest"],
    ["cmd", "/c", "npx", "-y", "mcp-remote@0.1.18"],
    ["C:\\tools\\mcp-remote.cmd"],
    ["node", "/usr/lib/node_modules/mcp-remote/dist/proxy.js"],
    ["bunx", "mcp-remote"],
  ] as const)
    assert.deepEqual(found(command, ...args, URL), [URL], args.join(" "));
  for (const [command, ...args] of [
    ["npx", "not-mcp-remote"],
    ["npx", "@x/mcp-remote-thing"],
    ["sh", "-c", `npx mcp-remote ${URL}`],
  ] as const)
    assert.equal(found(command, ...args), undefined);
});

test("[CLI-2] what is not known leaves the entry as it is, and is not quoted", () => {
  assert.equal(
    wordsOfEntry([URL, "--new-flag"]),
    "It has a flag that mcp-drawbridge does not know: --new-flag.",
  );
  assert.match(String(wordsOfEntry([URL, "-secret=AAAA1234"])), /a word of 16 characters/);
  assert.match(String(wordsOfEntry(["--debug"])), /no address/);
  const none = wordsOfEntry([URL, "--resource", ""]);
  assert.ok(typeof none !== "string");
  assert.equal(none.flags[0]?.[0].usage, "--disable-resource-parameter");
});

test("the name of a stored sign-in is made of what mcp-remote makes it of", () => {
  const plain = { url: URL, headers: [], authorizeParams: [] };
  const hashes = [
    storeHash(plain),
    storeHash({ ...plain, resource: "https://tenant.example/" }),
    storeHash({ ...plain, headers: ["B: 2", "A: 1"] }),
    storeHash({ ...plain, headers: ["A:1", "B:2"] }),
    storeHash({ ...plain, authorizeParams: ["b=2", "a=1"] }),
    storeHash({ ...plain, clientMetadataUrl: "https://c.example/c.json" }),
  ];
  assert.equal(hashes[0], "8724945d3c4865fe12d6890203193588");
  assert.equal(hashes[2], hashes[3]);
  assert.equal(new Set(hashes).size, 5);
});
