import { createHash } from "node:crypto";
import path from "node:path";
import { isObject } from "../../core/mcp/json-object.ts";
import { SecureFiles, type SecureFilesOptions } from "../../store/secure-files.ts";

/** One change of a host's file: what undoing it needs. */
export interface Backup {
  readonly host: string;
  readonly file: string;
  /** Of the server that was set or taken out. */
  readonly name: string;
  /** What the file held; absent where there was none. */
  readonly before?: Buffer;
  /** Of what it held then. */
  readonly afterHash: string;
  readonly atMs: number;
}

/** Backups of hosts' files, in the program's own folder: they may hold secrets, and some hosts read every file beside theirs. */
export class Backups {
  readonly #files: SecureFiles;
  readonly #folder: string;

  constructor(dataFolder: string, options: SecureFilesOptions) {
    this.#files = new SecureFiles(options);
    this.#folder = path.join(dataFolder, "backups");
  }

  /** @returns the file it is in */
  async save(backup: Backup): Promise<string> {
    await this.#files.prepareFolder(this.#folder);
    const last = Number((await this.#names()).at(-1)?.split("-")[0] ?? 0);
    const file = path.join(this.#folder, `${`${last + 1}`.padStart(6, "0")}-${backup.host}.json`);
    const { before, ...rest } = backup;
    const json = { ...rest, ...(before !== undefined && { before: before.toString("base64") }) };
    await this.#files.write(file, `${JSON.stringify(json)}\n`);
    return file;
  }

  /** The newest one that is left, of this host and file. */
  async last(
    matches: (backup: Backup) => boolean,
  ): Promise<(Backup & { readonly path: string }) | undefined> {
    for (const name of (await this.#names()).reverse()) {
      const file = path.join(this.#folder, name);
      const backup = decoded(await this.#files.read(file, 64 * 1024 * 1024));
      if (backup !== undefined && matches(backup)) return { ...backup, path: file };
    }
    return undefined;
  }

  drop(file: string): Promise<void> {
    return this.#files.remove(file);
  }

  async #names(): Promise<string[]> {
    return (await this.#files.list(this.#folder)).filter((name) => /^\d+-[a-z-]+\.json$/.test(name)).sort();
  }
}

export const hashOf = (contents: string | Buffer): string =>
  createHash("sha256").update(contents).digest("hex");

function decoded(bytes: Buffer | undefined): Backup | undefined {
  let json: unknown;
  try {
    json = JSON.parse(bytes?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
  if (!isObject(json)) return undefined;
  const { host, file, name, afterHash, atMs, before } = json;
  if ([host, file, name, afterHash].some((text) => typeof text !== "string")) return undefined;
  return {
    ...({ host, file, name, afterHash } as Pick<Backup, "host" | "file" | "name" | "afterHash">),
    atMs: typeof atMs === "number" ? atMs : 0,
    ...(typeof before === "string" && { before: Buffer.from(before, "base64") }),
  };
}
