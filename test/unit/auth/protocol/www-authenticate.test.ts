import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges, readHints } from "../../../../src/auth/protocol/www-authenticate.ts";
import { cpuTimeMs } from "../../../support/clocks/cpu-time.ts";

/** Challenges as plain values, for comparing. */
function plain(...values: string[]): unknown {
  return parseChallenges(values).map(({ scheme, params, token68 }) =>
    token68 === undefined ? [scheme, Object.fromEntries(params)] : [scheme, token68],
  );
}

test("[DISC-2] WWW-Authenticate is read by its grammar", () => {
  const table: [string, string[], unknown][] = [
    ["one", ['Bearer realm="a"'], [["bearer", { realm: "a" }]]],
    ["scheme alone", ["Bearer"], [["bearer", {}]]],
    ["case", ['BEARER Realm="A"'], [["bearer", { realm: "A" }]]],
    ["comma in quotes", ['Bearer realm="a, b", scope=x'], [["bearer", { realm: "a, b", scope: "x" }]]],
    ["escapes", ['Bearer realm="a\\"b\\\\c"'], [["bearer", { realm: 'a"b\\c' }]]],
    ["blanks around =", ['Bearer realm = "a" , scope\t=\tb'], [["bearer", { realm: "a", scope: "b" }]]],
    [
      "several in one header",
      ['Negotiate, Basic realm="x", Bearer scope="a b", error=invalid_token'],
      [
        ["negotiate", {}],
        ["basic", { realm: "x" }],
        ["bearer", { scope: "a b", error: "invalid_token" }],
      ],
    ],
    [
      "several headers",
      ["Basic realm=x", "Bearer scope=a"],
      [
        ["basic", { realm: "x" }],
        ["bearer", { scope: "a" }],
      ],
    ],
    [
      "token68",
      ["Negotiate YII=, Bearer scope=a"],
      [
        ["negotiate", "YII="],
        ["bearer", { scope: "a" }],
      ],
    ],
    [
      "unquoted URL",
      ["Bearer resource_metadata=https://a.example/b?c=d"],
      [["bearer", { resource_metadata: "https://a.example/b?c=d" }]],
    ],
    [
      "a scheme in quotes",
      ['X a="Bearer b=\\"c\\"", Bearer d=e'],
      [
        ["x", { a: 'Bearer b="c"' }],
        ["bearer", { d: "e" }],
      ],
    ],
    ["empty elements", [",, Bearer a=b,, ,c=d,"], [["bearer", { a: "b", c: "d" }]]],
    ["repeated parameter: the first", ["Bearer a=b, a=c"], [["bearer", { a: "b" }]]],
    ["a parameter without scheme", ['realm="x", Bearer a=b'], [["bearer", { a: "b" }]]],
    ["garbage", ['@@@ "x, Bearer a=b'], []],
    ["an open quote", ['Bearer a="b'], [["bearer", { a: "b" }]]],
    ["missing comma", ['Bearer a="b" c="d"'], [["bearer", { a: "b", c: "d" }]]],
    ["nothing", [""], []],
  ];
  for (const [name, values, expected] of table) assert.deepEqual(plain(...values), expected, name);
});

test("[DISC-2] what lies behind 64 KiB is not looked at, and hostile input takes no time", () => {
  assert.deepEqual(plain(`X a="${"b".repeat(70_000)}", Bearer c=d`), [["x", { a: "b".repeat(65_536 - 5) }]]);
  assert.deepEqual(plain("a".repeat(65_536), "Bearer b=c"), [["a".repeat(65_536), {}]]);
  const started = cpuTimeMs();
  for (const piece of ["a ", "a=", 'a="', ",", '"', "a=b ", "\\", " \t"]) plain(piece.repeat(30_000));
  assert.ok(cpuTimeMs() - started < 2_000);
});

test("[DISC-2] hints come from Bearer before DPoP, and resource_metadata from any scheme", () => {
  assert.deepEqual(readHints(['DPoP error="use_dpop_nonce", scope=x', 'Bearer scope="a  b"']), {
    scope: "a b",
    error: "use_dpop_nonce",
    dpop: false,
  });
  assert.deepEqual(readHints(['DPoP algs="ES256", resource_metadata="https://a.example/x"']), {
    resourceMetadata: ["https://a.example/x"],
    dpop: true,
  });
  for (const [values, places] of [
    [['Custom resource_metadata="x"'], ["x"]],
    [
      ['Custom resource_metadata="x"', 'Bearer resource_metadata="y"'],
      ["y", "x"],
    ],
    [['Bearer resource_metadata="x", resource_metadata="y"'], ["x", "y"]],
    [['Bearer resource_metadata="", resource_metadata="y"'], ["y"]],
    [['Bearer realm="a", DPoP resource_metadata="y"'], ["y"]],
    [['Bearer error="e", Bearer resource_metadata="y"'], ["y"]],
    [['Bearer resource_metadata="x"', 'Bearer resource_metadata="x"'], ["x"]],
    [[..."123456"].map((place) => `Bearer resource_metadata="${place}"`), ["1", "2", "3", "4"]],
    [['Bearer realm="resource_metadata=x"'], undefined],
  ] as const)
    assert.deepEqual(readHints(values).resourceMetadata, places, values.join());
  assert.equal(readHints(['Basic scope="x"']).scope, undefined);
  assert.equal(readHints(['Bearer scope=" "']).scope, undefined);
});
