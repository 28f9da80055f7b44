// Gives what is published the same modes whatever umask it was checked out and built under: `node .config/modes.mjs [folder]`.
import { chmod, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** npm adds these to what `files` lists. */
const ALWAYS = ["package.json", "README.md", "LICENSE"];

export async function setModes(root) {
  const { files, bin } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const commands = new Set(Object.values(bin).map((file) => path.join(root, file)));
  const set = async (place) => {
    if ((await stat(place)).isDirectory()) {
      await chmod(place, 0o755);
      for (const name of await readdir(place)) await set(path.join(place, name));
    } else await chmod(place, commands.has(place) ? 0o755 : 0o644);
  };
  for (const name of [...ALWAYS, ...files]) await set(path.join(root, name));
}

if (process.argv[1] === import.meta.filename) await setModes(path.resolve(process.argv[2] ?? "."));
