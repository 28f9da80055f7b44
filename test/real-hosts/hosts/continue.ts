// Continue's CLI.
import type { RealHost } from "../running/real-host.ts";
import { KEY, PROMPT } from "./configuration.ts";

export const continueCli: RealHost = {
  name: "Continue CLI",
  packages: ["@continuedev/cli@1.5.47"],
  // Its menu of servers has the entry "Restart server".
  reconnect: "/mcp, then Restart server",
  commands: [
    {
      name: "cn -p",
      kind: "agent",
      prepare(place) {
        const { serverName, server, model } = place;
        // YAML takes JSON.
        const file = place.write(".continue/config.yaml", {
          name: "scripted",
          version: "1.0.0",
          schema: "v1",
          models: [
            {
              name: "scripted",
              provider: "openai",
              model: "scripted",
              apiBase: `${model}/v1`,
              apiKey: KEY,
              roles: ["chat"],
              capabilities: ["tool_use"],
            },
          ],
          mcpServers: [{ name: serverName, ...server }],
        });
        return {
          command: place.bin("cn"),
          args: ["-p", PROMPT, "--config", file, "--auto"],
          env: { CONTINUE_TELEMETRY_ENABLED: "0" },
        };
      },
    },
  ],
};
