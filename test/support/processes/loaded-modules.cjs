// For `node --require`: when the program writes to standard output for the first time, what it has loaded by then goes
// into the file that LOADED_MODULES names, as `{ files: [{ url, characters }], builtIns: [name] }`.
const fs = require("node:fs");
const { Session } = require("node:inspector");

const before = new Set(process.moduleLoadList);
const files = [];
const session = new Session();
session.connect();
session.on("Debugger.scriptParsed", ({ params: { url, length } }) => {
  if (url.startsWith("file:") && !url.endsWith(".cjs")) files.push({ url, characters: length });
});
session.post("Debugger.enable");

const { get } = Object.getOwnPropertyDescriptor(process, "stdout");
Object.defineProperty(process, "stdout", { configurable: true, get: () => watched(get.call(process)) });

function watched(stream) {
  Object.defineProperty(process, "stdout", { value: stream });
  const { write } = stream;
  stream.write = (...args) => {
    stream.write = write;
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    // Those without `internal/` and `_` are what a program can import.
    const builtIns = loaded.flatMap((name) => /^NativeModule ((?!internal\/|_).+)$/.exec(name)?.[1] ?? []);
    fs.writeFileSync(process.env.LOADED_MODULES, JSON.stringify({ files, builtIns }));
    return stream.write(...args);
  };
  return stream;
}
