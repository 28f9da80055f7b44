// One host, one command, one situation: from an empty home folder to a row.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../../support/project/temporary-folder.ts";
import { ModelServer } from "../model/model-server.ts";
import { callsSignIn, namesIn, signInScript } from "../model/sign-in-script.ts";
import type { ModelRequest, Turn } from "../model/turn.ts";
import { launch, type Run } from "./launch.ts";
import type { HostCommand, HostPlace } from "./real-host.ts";
import { HostScene, type Situation } from "./scene.ts";
import { type Verdict, verdict } from "./verdict.ts";

/** The longest that a host may take. The slowest wait a minute for a server. */
const MOST_MS = 100_000;

export interface Tried extends Verdict {
  readonly run: Run;
}

export async function tryHost(
  command: HostCommand,
  folder: string,
  situation: Situation,
  { trace, flags }: { readonly trace: (text: string) => void; readonly flags: readonly string[] },
): Promise<Tried> {
  const home = temporaryFolder();
  const scene = await HostScene.start(situation, home.path, flags);
  const person = situation === "person" ? new Person(scene) : undefined;
  const model = await ModelServer.start((request) => {
    const turn = signInScript(request);
    person?.sees(request, turn);
    return turn;
  });
  try {
    const place = placeIn(home.path, folder, scene, model);
    mkdirSync(place.work);
    const run = await launch(command.prepare(place), home.path, place.work, scene.browser.env, MOST_MS);
    const seen = {
      situation,
      command,
      run,
      asked: model.asked,
      lists: scene.lists(),
      browserTabs: scene.browser.opened().length,
    };
    trace(described(run, model, scene));
    return { ...verdict(seen), run };
  } finally {
    await model.server.close();
    await scene.close();
    home.remove();
  }
}

/** Signs in when the sign-in tool is called: in the tab that was opened, or at the address that the tool's result names. */
class Person {
  readonly #scene: HostScene;
  readonly #visited = new Set<string>();

  constructor(scene: HostScene) {
    this.#scene = scene;
  }

  sees({ results }: ModelRequest, turn: Turn): void {
    if (!callsSignIn(turn)) return;
    const told = /https?:\/\/\S+/.exec(results.at(-1)?.text ?? "")?.[0];
    if (told !== undefined) this.#visit(told);
    else
      this.#scene.browser.arrival().then(
        (url) => this.#visit(url),
        () => undefined,
      );
  }

  #visit(url: string): void {
    if (this.#visited.has(url)) return;
    this.#visited.add(url);
    this.#scene.signIn(url).catch((error: unknown) => console.error(`The sign-in failed: ${String(error)}`));
  }
}

function placeIn(home: string, folder: string, scene: HostScene, model: ModelServer): HostPlace {
  const modules = path.join(folder, "node_modules");
  return {
    home,
    work: path.join(home, "work"),
    serverName: "remote",
    server: scene.server,
    model: model.server.origin,
    modules,
    bin: (name) => path.join(modules, ".bin", name),
    write(name, content) {
      const file = path.join(home, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
      return file;
    },
  };
}

/** What is known of a run, for whoever wants to know why a row says what it says. */
function described(run: Run, model: ModelServer, scene: HostScene): string {
  const asked = model.asked.map((request) => {
    const names = namesIn(request);
    const results = request.results.map(({ tool, text }) => `${tool}: ${JSON.stringify(text.slice(0, 400))}`);
    return `  ${Math.round(request.atMs - run.startedAtMs)} ms: ${names.length} tools: ${names.slice(-12).join(" ")}
    results: ${results.join("; ")}
    turn: ${JSON.stringify(request.turn).slice(0, 200)}`;
  });
  const answers = model.server.ledger.map(({ endpoint, status }) => `${endpoint} ${status}`);
  const violations = [...scene.remote.violations, ...scene.issuer.violations];
  return `exit ${run.code}, ${Math.round(run.endedAtMs - run.startedAtMs)} ms
stdout: ${run.stdout.slice(-1_500)}
stderr: ${run.stderr.slice(-1_500)}
remote: ${scene.remote.methods.join(" ")}; violations: ${violations.join("; ") || "none"}
model: ${[...new Set(answers)].join(", ")}
${asked.join("\n")}`;
}
