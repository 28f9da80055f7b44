// What all official clients of the tests have in common: what a person would answer, and what they hear.

export const CAPABILITIES = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};
export const INFO = { name: "sdk-host", version: "1.0.0" };
export const SAMPLED = {
  model: "none",
  role: "assistant" as const,
  content: { type: "text" as const, text: "forty-two" },
};
export const ROOTS = { roots: [{ uri: "file:///home/ada", name: "home" }] };

export interface SdkParameters {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly stderr: "pipe";
}

/** Fills every form in, and notes the pages that it should open. */
export function elicited(visited: string[], { mode, url }: { mode?: unknown; url?: unknown }) {
  if (mode !== "url") return { action: "accept" as const, content: { name: "Ada" } };
  if (typeof url === "string") visited.push(url);
  return { action: "accept" as const };
}

export function gather(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  return () => text;
}

/** Those who wait for the next time that something happens, and those who tell them. */
export class Bell {
  #waiting: (() => void)[] = [];

  ring(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  next(): Promise<void> {
    return new Promise<void>((done) => this.#waiting.push(done));
  }
}

/** Text of the first content of a result, wherever the kind of result keeps it. */
export function textOf(result: unknown): string {
  const { content, contents } = result as { content?: unknown[]; contents?: unknown[] };
  const first = (content ?? contents ?? [])[0] as { text?: unknown } | undefined;
  return String(first?.text);
}
