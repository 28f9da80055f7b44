// What the tests do with a host on an official SDK.

/** What the tests do with a host, whichever line and era it is of. */
export interface SdkHost {
  tools(): Promise<string[]>;
  /** Text of the answer. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  readResource(uri: string): Promise<string>;
  prompts(): Promise<string[]>;
  /** What the first argument of a prompt may be. */
  complete(prompt: string, argument: string, value: string): Promise<string[]>;
  /** Asks to be told of other tools; resolves when that is so, with a promise of the first time. */
  watchTools(): Promise<Occasion>;
  /** The same for the contents of a resource. */
  watchResource(uri: string): Promise<Occasion>;
  /** Calls a tool, wanting log messages from this level on; gives those that came with it. */
  callLogged(name: string, level: "info" | "warning"): Promise<unknown[]>;
  /** Pages that it was asked to open. */
  readonly visited: readonly string[];
  /** The revision that it settled on. */
  revision(): string | undefined;
  stderr(): string;
  close(): Promise<void>;
}

/** Resolves when it has happened. In an object: an `async` function would wait for a promise that it returns. */
export interface Occasion {
  readonly happened: Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number) => void;
}
