import assert from "node:assert/strict";
import { test } from "node:test";
import { dataFolder } from "../../../../src/platform/process/data-folder.ts";

test("data lives where each platform keeps it", () => {
  assert.equal(dataFolder({}, "linux", "/home/a"), "/home/a/.local/share/mcp-drawbridge");
  assert.equal(dataFolder({ XDG_DATA_HOME: "/data" }, "linux", "/home/a"), "/data/mcp-drawbridge");
  assert.equal(
    dataFolder({ XDG_DATA_HOME: "data" }, "linux", "/home/a"),
    "/home/a/.local/share/mcp-drawbridge",
  );
  assert.equal(dataFolder({}, "darwin", "/Users/a"), "/Users/a/Library/Application Support/mcp-drawbridge");
  assert.equal(dataFolder({}, "win32", "C:\\Users\\a"), "C:\\Users\\a\\AppData\\Local\\mcp-drawbridge");
  assert.equal(dataFolder({ LOCALAPPDATA: "D:\\L" }, "win32", "C:\\Users\\a"), "D:\\L\\mcp-drawbridge");
});
