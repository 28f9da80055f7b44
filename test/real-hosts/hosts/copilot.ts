// GitHub's Copilot CLI, with a model provider of its own and offline.
import type { RealHost } from "../running/real-host.ts";
import { KEY, mcpServers, PROMPT } from "./configuration.ts";

export const copilot: RealHost = {
  name: "Copilot CLI",
  packages: ["@github/copilot@1.0.102"],
  // `copilot help commands`: restarts the CLI and restores its sessions; `/mcp` manages servers.
  reconnect: "/restart",
  commands: [
    {
      name: "copilot -p",
      kind: "agent",
      prepare(place) {
        place.write(".copilot/mcp-config.json", mcpServers(place, { type: "local", tools: ["*"] }));
        return {
          command: place.bin("copilot"),
          args: ["-p", PROMPT, "--allow-all-tools", "--no-auto-update"],
          env: {
            COPILOT_PROVIDER_BASE_URL: `${place.model}/v1`,
            COPILOT_PROVIDER_API_KEY: KEY,
            COPILOT_MODEL: "scripted",
            COPILOT_OFFLINE: "true",
          },
        };
      },
    },
  ],
};
