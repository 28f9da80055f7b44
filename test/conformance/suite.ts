// The official conformance suite as a program: what it offers, and one scenario at a time.
import { execFile } from "node:child_process";
import path from "node:path";
import { NODE_22, scratchNode, scratchPackages } from "../support/project/scratch-packages.ts";
import type { Era } from "./hosts.ts";

const VERSION = "0.2.0-alpha.12";

export interface Scenario {
  readonly name: string;
  /** Revisions it belongs to; `extension` for those that belong to none. */
  readonly revisions: readonly string[];
}

export interface Verdict {
  /** No failed check, no warning, no error at the host that the scenario does not allow. */
  readonly clean: boolean;
  /** What the suite printed. */
  readonly report: string;
}

export interface Suite {
  /** Scenarios for clients. */
  readonly scenarios: readonly Scenario[];
  /** Names of those for clients in the frozen list of a revision. */
  listed(revision: string): Promise<{ readonly required: string[]; readonly reported: string[] }>;
  run(scenario: string, revision: string, era: Era): Promise<Verdict>;
}

/** Undefined where suite or Node 22 cannot be had. */
export async function conformanceSuite(): Promise<Suite | undefined> {
  const folder = await scratchPackages("conformance", [
    `@modelcontextprotocol/conformance@${VERSION}`,
    NODE_22,
  ]);
  if (folder === undefined) return undefined;
  const program = path.join(folder, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const call = (...args: string[]) => callSuite(scratchNode(folder), [program, ...args]);
  const { output } = await call("list", "--client");
  return {
    scenarios: [...output.matchAll(/^ {2}- (\S+) \[([^\]]*)\]$/gm)].map(([, name = "", revisions = ""]) => ({
      name,
      revisions: revisions.split(","),
    })),
    async listed(revision) {
      const listed = (await call("list", "--requirements", revision)).output;
      const required = /Client scenarios[^\n]*\n((?: {2}- \S+\n)+)/.exec(listed)?.[1] ?? "";
      return {
        required: [...required.matchAll(/- (\S+)/g)].map(([, name = ""]) => name),
        reported: [...listed.matchAll(/^ +- (\S+) \[client\]$/gm)].map(([, name = ""]) => name),
      };
    },
    async run(scenario, revision, era) {
      const driver = path.join(import.meta.dirname, "driver.js");
      const command = `${process.execPath} ${driver} ${era}`;
      const result = await call(
        ...["client", "--command", command, "--scenario", scenario, "--timeout", "90000"],
        ...["--spec-version", revision, "--force"],
      );
      // 0 says all of it: no failed check, no warning, in time, no error but where the scenario allows one.
      return { clean: result.code === 0, report: result.output };
    },
  };
}

function callSuite(node: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const options = { timeout: 120_000, maxBuffer: 64 << 20 };
    execFile(node, args, options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) || 1 : 0, output: `${stdout}\n${stderr}` });
    });
  });
}
