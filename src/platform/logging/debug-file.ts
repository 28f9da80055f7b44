// The file of --debug: one JSON line per event, for `trace` and for bug reports (DIAG-2).
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { Clock } from "../../core/ports/clock.ts";

const KEPT_FILES = 5;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** A file this fresh may belong to a process that runs. */
const FRESH_MS = 10 * 60_000;
const FILE_NAME = /^drawbridge-.*\.jsonl$/;

/** Writes at once and in full, so that what led to a crash is in it. Every method throws what the file system says. */
export class DebugFile {
  readonly #logs: string;
  readonly #name: string;
  readonly #clock: Clock;
  /** Paths of the parts that are there, oldest first. */
  readonly #own: string[] = [];
  #part = 1;
  #bytes = 0;
  #current: { readonly path: string; readonly fd: number };

  constructor(folder: string, pid: number, clock: Clock) {
    this.#logs = path.join(folder, "logs");
    this.#name = `drawbridge-${new Date(clock.nowMs()).toISOString().replace(/[:.]/g, "-")}-${pid}`;
    this.#clock = clock;
    mkdirSync(this.#logs, { recursive: true, mode: 0o700 });
    checkFolder(this.#logs);
    this.#current = this.#open();
  }

  /** Of the file being written now. */
  get path(): string {
    return this.#current.path;
  }

  write(line: string): void {
    if (this.#bytes > MAX_FILE_BYTES) {
      this.close();
      this.#part++;
      this.#bytes = 0;
      this.#current = this.#open();
    }
    this.#bytes += writeSync(this.#current.fd, `${line}\n`);
  }

  close(): void {
    closeSync(this.#current.fd);
  }

  #open(): { path: string; fd: number } {
    const suffix = this.#part === 1 ? "" : `-${this.#part}`;
    const file = path.join(this.#logs, `${this.#name}${suffix}.jsonl`);
    // Exclusive: never through a link that somebody put there.
    const fd = openSync(file, "ax", 0o600);
    if (!fstatSync(fd).isFile()) throw new Error("not a plain file");
    this.#own.push(file);
    // The first stays: it says how the process began.
    if (this.#own.length > KEPT_FILES) for (const old of this.#own.splice(1, 1)) rmSync(old, { force: true });
    sweep(this.#logs, this.#clock.nowMs());
    return { path: file, fd };
  }
}

/** As the vault's: a link, or another user's folder, would show the file to somebody else (VAULT-1). */
function checkFolder(folder: string): void {
  const found = lstatSync(folder);
  const foreign = process.getuid !== undefined && found.uid !== process.getuid();
  if (!found.isDirectory() || foreign) throw Object.assign(new Error("not our folder"), { code: "EPERM" });
}

/** Leaves the newest files, and those that a living sibling may be writing. */
function sweep(logs: string, nowMs: number): void {
  const files = readdirSync(logs)
    .filter((name) => FILE_NAME.test(name))
    .map((name) => ({
      name,
      changedMs: statSync(path.join(logs, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.changedMs - a.changedMs);
  for (const { name, changedMs } of files.slice(KEPT_FILES)) {
    if (nowMs - changedMs > FRESH_MS) rmSync(path.join(logs, name), { force: true });
  }
}
