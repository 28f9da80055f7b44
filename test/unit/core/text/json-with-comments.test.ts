import assert from "node:assert/strict";
import { test } from "node:test";
import { editJson, readJsonWithComments } from "../../../../src/core/text/json-with-comments.ts";

const V = { command: "x" };
const CASES: readonly (readonly [what: string, before: string, after: string])[] = [
  ["nothing", "", '{\n  "s": {\n    "n": {\n      "command": "x"\n    }\n  }\n}\n'],
  ["an empty object", "{}", '{\n  "s": {\n    "n": {\n      "command": "x"\n    }\n  }\n}'],
  [
    "a neighbour on one line, with tabs",
    '{\n\t// c\n\t"s": {\n\t\t"a": {"command": "y"}\n\t}\n}\n',
    '{\n\t// c\n\t"s": {\n\t\t"a": {"command": "y"},\n\t\t"n": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n',
  ],
  [
    "a comma and a comment behind the last member",
    '{\n  "s": {\n    "a": 1, // last\n  },\n}',
    '{\n  "s": {\n    "a": 1, // last\n    "n": {\n      "command": "x"\n    },\n  },\n}',
  ],
  [
    "a comment alone behind the last member",
    '{\r\n  "s": {\r\n    "a": 1 // last, one\r\n  }\r\n}',
    '{\r\n  "s": {\r\n    "a": 1, // last, one\r\n    "n": {\r\n      "command": "x"\r\n    }\r\n  }\r\n}',
  ],
  ["all on one line", '{"s":{"a":1}}', '{"s":{"a":1,\n"n": {\n  "command": "x"\n}}}'],
  [
    "an object that is there already",
    '{\n  "s": {\n    "n": { "command": "old" }, // c\n    "z": 1\n  }\n}',
    '{\n  "s": {\n    "n": {\n      "command": "x"\n    }, // c\n    "z": 1\n  }\n}',
  ],
];

for (const [what, before, after] of CASES) {
  test(`a member is set where there is ${what}`, () => {
    assert.equal(editJson(before, ["s", "n"], V), after);
  });
}

test("taking out what was set gives the very text that was before", () => {
  for (const [what, before] of CASES.filter(([, text]) => /\n.*\n/.test(text) && !text.includes('"n"'))) {
    assert.equal(editJson(editJson(before, ["s", "n"], V), ["s", "n"], undefined), before, what);
  }
});

test("a member is taken out, and its neighbours stay as they are", () => {
  const text = '{\n  "s": {\n    "a": {"b":1},\n    "n": 2, // two\n    "c":3\n  }\n}\n';
  const edited = editJson(text, ["s", "n"], undefined);
  assert.deepEqual(readJsonWithComments(edited), { value: { s: { a: { b: 1 }, c: 3 } } });
  assert.ok(edited.includes('"a": {"b":1},'));
});

test("the place of a mistake is told, nothing of the text", () => {
  assert.deepEqual(readJsonWithComments('{\n "a": tru\n}'), { mistake: "line 2, column 7" });
});
