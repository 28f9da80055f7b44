// Google's Gemini CLI.
import type { HostPlace, RealHost } from "../running/real-host.ts";
import { KEY, mcpServers, PROMPT } from "./configuration.ts";

function geminiSettings(place: HostPlace): void {
  place.write(".gemini/settings.json", {
    ...mcpServers(place, { trust: true }),
    security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
    general: { enableAutoUpdate: false, disableAutoUpdate: true },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  });
}

const geminiEnv = ({ model }: HostPlace) => ({
  GEMINI_API_KEY: KEY,
  GOOGLE_GEMINI_BASE_URL: model,
  GEMINI_CLI_TRUST_WORKSPACE: "true",
});

export const gemini: RealHost = {
  name: "Gemini CLI",
  packages: ["@google/gemini-cli@0.61.0"],
  // Its table of commands: `reload`, also called `refresh`, "Reloads MCP servers".
  reconnect: "/mcp reload",
  commands: [
    {
      name: "gemini mcp list",
      kind: "list",
      printsState: true,
      prepare(place) {
        geminiSettings(place);
        return { command: place.bin("gemini"), args: ["mcp", "list"], env: geminiEnv(place) };
      },
    },
    {
      name: "gemini -p",
      kind: "agent",
      prepare(place) {
        geminiSettings(place);
        return {
          command: place.bin("gemini"),
          args: ["-p", PROMPT, "--yolo", "--model", "gemini-2.5-flash"],
          env: geminiEnv(place),
        };
      },
    },
  ],
};
