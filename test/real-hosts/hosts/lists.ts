// Hosts without a model: programs that print what a server has, and libraries that programs are built with.
import path from "node:path";
import { PROJECT } from "../../support/project/program.ts";
import type { RealHost } from "../running/real-host.ts";
import { mcpServers } from "./configuration.ts";

const inspector: RealHost = {
  name: "Inspector",
  packages: ["@modelcontextprotocol/inspector@2.12.0"],
  commands: [
    {
      name: "inspector --cli",
      kind: "list",
      prepare(place) {
        const { command, args } = place.server;
        return {
          command: place.bin("inspector"),
          args: ["--cli", "--method", "tools/list", "--", command, ...args],
        };
      },
    },
  ],
};

const mcporter: RealHost = {
  name: "mcporter",
  packages: ["mcporter@0.12.3"],
  commands: [
    {
      name: "mcporter list",
      kind: "list",
      prepare(place) {
        place.write(".mcporter/mcporter.json", mcpServers(place));
        return { command: place.bin("mcporter"), args: ["list", place.serverName, "--json"] };
      },
    },
  ],
};

const mcpc: RealHost = {
  name: "mcpc",
  packages: ["@apify/mcpc@0.2.6"],
  commands: [
    {
      name: "mcpc tools-list",
      kind: "list",
      prepare(place) {
        const file = place.write("mcpc.json", mcpServers(place));
        const program = place.bin("mcpc");
        const script = `"${program}" connect "${file}:${place.serverName}" @remote && "${program}" @remote tools-list --json`;
        return { command: "/bin/sh", args: ["-c", script] };
      },
    },
  ],
};

/** A library and the file in `test/real-hosts/libraries` that uses it. */
function library(name: string, spec: string, file: string, ...more: string[]): RealHost {
  return {
    name,
    packages: [spec, ...more],
    commands: [
      {
        name,
        kind: "list",
        prepare({ modules, server }) {
          const program = path.join(PROJECT, "test/real-hosts/libraries", file);
          return { command: process.execPath, args: [program, modules, server.command, ...server.args] };
        },
      },
    ],
  };
}

export const LISTS: readonly RealHost[] = [
  inspector,
  mcporter,
  mcpc,
  library("AI SDK", "@ai-sdk/mcp@2.0.99", "ai-sdk.mjs"),
  library("Mastra", "@mastra/mcp@2.0.0", "mastra.mjs"),
  library("LangChain adapters", "@langchain/mcp-adapters@1.1.4", "langchain.mjs", "@langchain/core@1"),
];
