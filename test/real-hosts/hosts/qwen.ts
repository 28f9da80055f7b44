// Alibaba's Qwen Code. The model finds the tools of servers with a search tool and calls them through another.
import type { HostPlace, RealHost } from "../running/real-host.ts";
import { KEY, mcpServers, PROMPT } from "./configuration.ts";

function qwenSettings(place: HostPlace): void {
  place.write(".qwen/settings.json", {
    ...mcpServers(place, { trust: true }),
    security: { auth: { selectedType: "openai" }, folderTrust: { enabled: false } },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  });
}

const qwenEnv = ({ model }: HostPlace) => ({
  OPENAI_API_KEY: KEY,
  OPENAI_BASE_URL: `${model}/v1`,
  OPENAI_MODEL: "scripted",
});

export const qwen: RealHost = {
  name: "Qwen Code",
  packages: ["@qwen-code/qwen-code@0.24.4"],
  // Its dialog of servers has the entry; `qwen mcp reconnect [server]` checks from a shell.
  reconnect: "/mcp, then Reconnect",
  commands: [
    {
      name: "qwen mcp list",
      kind: "list",
      printsState: true,
      prepare(place) {
        qwenSettings(place);
        return { command: place.bin("qwen"), args: ["mcp", "list"], env: qwenEnv(place) };
      },
    },
    {
      name: "qwen -p",
      kind: "agent",
      prepare(place) {
        qwenSettings(place);
        return { command: place.bin("qwen"), args: ["-p", PROMPT, "--yolo"], env: qwenEnv(place) };
      },
    },
  ],
};
