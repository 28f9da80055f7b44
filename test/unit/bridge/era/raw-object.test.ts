import assert from "node:assert/strict";
import { test } from "node:test";
import { RawObject } from "../../../../src/bridge/era/raw-object.ts";

const edited = (text: string, edit: (raw: RawObject) => void): string => {
  const raw = new RawObject(Buffer.from(text));
  edit(raw);
  return raw.toBuffer().toString();
};

test("[ERA-7] what is not edited stays as it is written", () => {
  const text = '{ "a" : 1.00, "\\u0062":{"n":12345678901234567890} ,"c":[ ]}';
  assert.equal(
    edited(text, (raw) => raw.set("d", "2").delete("c")),
    '{"a":1.00,"\\u0062":{"n":12345678901234567890},"d":2}',
  );
});

test("[ERA-7] a member keeps its place, and one that is there twice becomes one", () => {
  assert.equal(
    edited('{"a":1,"b":2,"a":3}', (raw) => {
      assert.equal(raw.get("a")?.toString(), "3");
      raw.set("a", "4");
    }),
    '{"a":4,"b":2}',
  );
});

test("[ERA-7] an inner object that becomes empty is taken off", () => {
  assert.equal(
    edited('{"_meta":{"x":1},"y":[]}', (raw) => raw.setObject("_meta", raw.object("_meta").delete("x"))),
    '{"y":[]}',
  );
  assert.equal(
    edited("{}", (raw) => raw.setObject("z", raw.object("absent").set("k", "null"))),
    '{"z":{"k":null}}',
  );
});
